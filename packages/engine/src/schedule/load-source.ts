import { LoadBucket } from "../arithmetic/load-bucket.ts";
import type { Clock } from "../time/clock.ts";
import type { Grant, Granted, TokenSource } from "./token-source.ts";

/** What a control loop says of the load that may pass. */
export interface LoadDecision {
  /** The share of the arriving load to let through, from 0. */
  readonly multiplier: number;
  readonly passThrough: boolean;
  /** How long that holds; without a new decision everything passes then. For ever by default. */
  readonly validForMs?: number | undefined;
}

/**
 * A control plane sends its decision every ten seconds, also an unchanged one, and each time the share is one of the load
 * that arrives by then. Here nobody sends: the first flow after that time takes the decision as made anew.
 */
const RENEWAL_MS = 10_000;

/** Tokens for a share of the load that arrives. Everything passes until a control loop has decided. */
export class LoadSource implements TokenSource {
  readonly #clock: Clock;
  readonly #bucket: LoadBucket;
  #multiplier = 0;
  #passThrough = true;
  #renewMs = Number.POSITIVE_INFINITY;
  #validUntilMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#bucket = new LoadBucket(clock.nowMs());
  }

  decide({ multiplier, passThrough, validForMs = Number.POSITIVE_INFINITY }: LoadDecision): void {
    const nowMs = this.#clock.nowMs();
    this.#passThrough = passThrough || !(multiplier >= 0);
    this.#validUntilMs = nowMs + validForMs;
    this.#multiplier = multiplier >= 0 ? multiplier : 0;
    this.#apply(nowMs);
  }

  arrive(tokens: number): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs >= this.#renewMs) this.#apply(nowMs);
    const isLearning = this.#bucket.arrive(tokens, nowMs);
    return isLearning || this.#passThrough || this.#validUntilMs < nowMs;
  }

  leastWaitMs(tokens: number): number {
    return this.#bucket.leastWaitMs(tokens);
  }

  take(_label: string, tokens: number, mayWaitMs: number): Grant {
    const waitMs = this.#bucket.take(tokens, mayWaitMs, this.#clock.nowMs());
    const { remaining, capacity } = this.#bucket;
    const current = capacity - remaining;
    if (waitMs === undefined) {
      return { granted: false, tokens: { consumed: 0, remaining, current }, retryMs: undefined, waitMs: 0 };
    }
    return { granted: true, tokens: { consumed: tokens, remaining, current }, waitMs };
  }

  giveBack(_label: string, { tokens }: Granted): void {
    this.#bucket.giveBack(tokens.consumed);
  }

  #apply(nowMs: number): void {
    this.#bucket.setMultiplier(this.#multiplier, nowMs);
    this.#renewMs = nowMs + RENEWAL_MS;
  }
}
