/**
 * Tokens that are taken until they are given back, or until a lease runs out.
 *
 *   granted = inFlight < limit
 *
 * The flow's own size does not count, as in Aperture: the last one in may overshoot the limit, and a flow larger than the
 * limit runs alone instead of never. Leases of one key last equally long, so the oldest is the first to run out and
 * expiry looks no further than the first that has not.
 *
 * Invariant: inFlight is the sum of the leases, never below 0, and exactly 0 without any. Adding and subtracting keeps that
 * for whole numbers only: next to a lease of 1e300 others vanish from the sum, and would count below 0 once it is gone. So
 * other sums are made anew. Keeping all sums that way would make each end of a flow cost as much as there are flows.
 */
export interface Slots {
  readonly leases: Map<string, { readonly slots: number; readonly expiresMs: number }>;
  inFlight: number;
}

/** What one flow wants of a limit on how many run at once. */
export interface SlotAsk {
  readonly slots: number;
  readonly limit: number;
  /** A lease not given back within this time is treated as given back. */
  readonly maxHoldMs: number;
  readonly idleMs: number;
}

/** Whether the lease was granted. Nothing is taken unless it was. */
export function acquireSlots(
  held: Slots,
  ask: SlotAsk,
  lease: { readonly id: string; readonly nowMs: number },
): boolean {
  expireSlots(held, lease.nowMs);
  const sound = Number.isFinite(ask.slots) && ask.slots >= 0;
  if (!sound || !(held.inFlight < ask.limit)) return false;
  held.leases.set(lease.id, { slots: ask.slots, expiresMs: lease.nowMs + ask.maxHoldMs });
  held.inFlight += ask.slots;
  return true;
}

/** False when the lease was unknown, expired or given back before. What comes back is what was taken, whoever asks. */
export function releaseSlots(held: Slots, leaseId: string, nowMs: number): boolean {
  expireSlots(held, nowMs);
  const lease = held.leases.get(leaseId);
  if (lease === undefined) return false;
  held.leases.delete(leaseId);
  subtract(held, lease.slots);
  return true;
}

/** Takes back what was held for too long. */
export function expireSlots(held: Slots, nowMs: number): void {
  let expired: number | undefined;
  for (const [id, { slots, expiresMs }] of held.leases) {
    // A lease still holds in its last millisecond.
    if (expiresMs >= nowMs) break;
    held.leases.delete(id);
    expired = (expired ?? 0) + slots;
  }
  if (expired !== undefined) subtract(held, expired);
}

/** Takes off what is no longer among the leases. */
function subtract(held: Slots, slots: number): void {
  const wasWhole = isWhole(held.inFlight) && isWhole(slots);
  held.inFlight = wasWhole ? held.inFlight - slots : sumOf(held);
}

/** Small enough, too, that fractions which were rounded away into it were no more than dust. */
function isWhole(sum: number): boolean {
  return Number.isInteger(sum) && sum <= 2 ** 32;
}

function sumOf({ leases }: Slots): number {
  let sum = 0;
  for (const { slots } of leases.values()) sum += slots;
  return sum;
}
