import type { Awaitable } from "@aperture-flow/core";
import { timeToFillMs } from "../arithmetic/token-bucket.ts";
import type { BucketAnswer, BucketSettings, StateBackend } from "../backend/backend.ts";
import type { Grant, Granted, TokenSource } from "./token-source.ts";

/**
 * Tokens of a rate, from the buckets of a backend. Whoever waits takes its tokens at once, as a debt of the bucket, and
 * waits until the debt is paid: all processes that share the bucket see it.
 */
export class BucketSource implements TokenSource {
  readonly #backend: StateBackend;
  readonly #space: string;
  readonly #settings: BucketSettings;

  constructor(backend: StateBackend, space: string, settings: BucketSettings) {
    this.#backend = backend;
    this.#space = space;
    this.#settings = settings;
  }

  arrive(): boolean {
    return false;
  }

  leastWaitMs(tokens: number): number {
    const { capacity, fillAmount } = this.#settings;
    if (tokens <= capacity) return 0;
    return fillAmount === 0 ? Number.POSITIVE_INFINITY : timeToFillMs(this.#settings, tokens - capacity);
  }

  take(label: string, tokens: number, mayWaitMs: number): Awaitable<Grant> {
    const answer = this.#backend.takeTokens(this.#space, label, { settings: this.#settings, tokens, mayWaitMs });
    return answer instanceof Promise
      ? answer.then((settled) => this.#grant(tokens, settled))
      : this.#grant(tokens, answer);
  }

  giveBack(label: string, { tokens }: Granted): Awaitable<void> {
    const ask = { settings: this.#settings, tokens: -tokens.consumed, mayWaitMs: 0 };
    const answer = this.#backend.takeTokens(this.#space, label, ask);
    return answer instanceof Promise ? answer.then(() => undefined) : undefined;
  }

  #grant(consumed: number, { granted, remaining, waitMs }: BucketAnswer): Grant {
    const current = this.#settings.capacity - remaining;
    if (granted) return { granted, tokens: { consumed, remaining, current }, waitMs };
    return { granted, tokens: { consumed: 0, remaining, current }, retryMs: undefined, waitMs };
  }
}
