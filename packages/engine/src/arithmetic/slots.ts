/**
 * Tokens that are taken until they are given back, or until a lease runs out.
 *
 *   granted = inFlight < limit
 *
 * The flow's own size does not count, as in Aperture: the last one in may overshoot the limit, and a flow larger than the
 * limit runs alone instead of never. Leases of one key last equally long, so the oldest is the first to run out and
 * expiry looks no further than the first that has not.
 *
 * Invariant: inFlight is the sum of the leases, and exactly 0 without any.
 */
export interface Slots {
  readonly leases: Map<string, { readonly slots: number; readonly expiresMs: number }>;
  inFlight: number;
}

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
  giveBack(held, leaseId, lease.slots);
  return true;
}

/** Takes back what was held for too long. */
export function expireSlots(held: Slots, nowMs: number): void {
  for (const [id, lease] of held.leases) {
    if (lease.expiresMs >= nowMs) return;
    giveBack(held, id, lease.slots);
  }
}

function giveBack(held: Slots, id: string, slots: number): void {
  held.leases.delete(id);
  // Sums of fractions do not always come back to 0.
  held.inFlight = held.leases.size === 0 ? 0 : held.inFlight - slots;
}
