import type { Awaitable, ComponentRef } from "@aperture-flow/core";
import type { SlotAnswer, StateBackend } from "../backend/backend.ts";
import type { Grant, Granted, TokenSource } from "./token-source.ts";

/** What the slots of one component have in common. */
export interface SlotSettings {
  readonly ref: ComponentRef;
  readonly limit: number;
  /** A lease not given back within this time is treated as given back. */
  readonly maxHoldMs: number;
  readonly idleMs: number;
}

/** In-flight tokens, from the slots of a backend. They come back when flows end, so nothing is promised ahead. */
export class SlotSource implements TokenSource {
  readonly #backend: StateBackend;
  readonly #space: string;
  readonly #settings: SlotSettings;
  readonly #nameOf: (label: string) => string;

  /** @param nameOf how leases name a label */
  constructor(backend: StateBackend, space: string, settings: SlotSettings, nameOf: (label: string) => string) {
    this.#backend = backend;
    this.#space = space;
    this.#settings = settings;
    this.#nameOf = nameOf;
  }

  arrive(): boolean {
    return false;
  }

  /** Their own size keeps nobody out. */
  leastWaitMs(): number {
    return this.#settings.limit > 0 ? 0 : Number.POSITIVE_INFINITY;
  }

  take(label: string, tokens: number): Awaitable<Grant> {
    const { limit, maxHoldMs, idleMs } = this.#settings;
    const answer = this.#backend.acquireSlots(this.#space, label, { slots: tokens, limit, maxHoldMs, idleMs });
    return answer instanceof Promise
      ? answer.then((settled) => this.#grant(label, tokens, settled))
      : this.#grant(label, tokens, answer);
  }

  giveBack(label: string, { lease }: Granted): Awaitable<void> {
    const returned = lease === undefined ? true : this.#backend.releaseSlots(this.#space, label, lease.id);
    return returned instanceof Promise ? returned.then(() => undefined) : undefined;
  }

  release(label: string, leaseId: string): Awaitable<boolean> {
    return this.#backend.releaseSlots(this.#space, label, leaseId);
  }

  /** As Aperture tells it: what was in flight before this flow. */
  #grant(label: string, consumed: number, answer: SlotAnswer): Grant {
    const { ref, limit } = this.#settings;
    if (!answer.granted) {
      const current = answer.inFlight;
      const tokens = { consumed: 0, remaining: limit - current, current };
      return { granted: false, tokens, retryMs: answer.waitMs, waitMs: 0 };
    }
    const current = answer.inFlight - consumed;
    const lease = { ref, label: this.#nameOf(label), id: answer.leaseId, tokens: consumed };
    return { granted: true, tokens: { consumed, remaining: limit - current, current }, waitMs: 0, lease };
  }
}
