import { acquireSlots, expireSlots, releaseSlots, type SlotAsk, type Slots } from "../../arithmetic/slots.ts";
import type { SlotAnswer } from "../backend.ts";
import { ownCopy } from "./own-copy.ts";

/** The leases of one space by label. A label without a lease is not kept, so memory is bounded by the flows that run. */
export class SlotTable {
  readonly #held = new Map<string, Slots>();

  acquire(label: string, ask: SlotAsk, lease: { readonly id: string; readonly nowMs: number }): SlotAnswer {
    const known = this.#held.get(label);
    const held = known ?? { leases: new Map(), inFlight: 0 };
    const granted = acquireSlots(held, ask, lease);
    if (granted && known === undefined) this.#held.set(ownCopy(label), held);
    const { inFlight } = held;
    return granted
      ? { granted, leaseId: lease.id, inFlight }
      : { granted, inFlight, waitMs: waitMsOf(held, lease.nowMs) };
  }

  release(label: string, leaseId: string, nowMs: number): boolean {
    const held = this.#held.get(label);
    if (held === undefined) return false;
    const returned = releaseSlots(held, leaseId, nowMs);
    if (held.leases.size === 0) this.#held.delete(label);
    return returned;
  }

  sweep(nowMs: number): void {
    for (const [label, held] of this.#held) {
      expireSlots(held, nowMs);
      if (held.leases.size === 0) this.#held.delete(label);
    }
  }

  get size(): number {
    return this.#held.size;
  }
}

/** When the oldest lease has run out, if nobody gives one back before; never where there is none. */
function waitMsOf({ leases }: Slots, nowMs: number): number {
  const [oldest] = leases.values();
  // A lease still holds in its last millisecond.
  return oldest === undefined ? Number.POSITIVE_INFINITY : Math.max(0, oldest.expiresMs - nowMs) + 1;
}
