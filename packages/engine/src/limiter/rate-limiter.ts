import type { Awaitable, ComponentRef, LimiterDecision, Quota } from "@aperture-flow/core";
import type { BucketAnswer, BucketAsk, BucketSettings, StateBackend } from "../backend/backend.ts";
import type { EngineObserver } from "../observer.ts";
import { bucketQuota } from "./bucket-quota.ts";
import { flowTokens } from "./flow-tokens.ts";
import { LimitLabel } from "./limit-label.ts";
import type { FlowContext, Limiter, LimiterEnvironment } from "./limiter.ts";
import { stateSpace } from "./state-space.ts";

export interface RateLimiterSettings {
  readonly ref: ComponentRef;
  readonly bucket: BucketSettings;
  /** A bucket for each value of this label; without it, one for all flows. */
  readonly limitByLabelKey?: string | undefined;
  /** The label that says how many tokens a flow takes; 1 without it. */
  readonly tokensLabelKey?: string | undefined;
  /** HTTP status of a drop, 429 by default. */
  readonly deniedStatus?: number | undefined;
  /** Lets every flow pass without asking. */
  readonly passThrough?: boolean | undefined;
}

/** A token bucket for each value of a label. */
export class RateLimiter implements Limiter {
  readonly ref: ComponentRef;
  readonly #settings: RateLimiterSettings;
  readonly #backend: StateBackend;
  readonly #observer: EngineObserver;
  readonly #space: string;
  readonly #label: LimitLabel;
  readonly #quota: Quota;
  readonly #status: number;
  /** The ask of a flow that costs 1, made once. */
  readonly #single: BucketAsk;
  readonly #complain: (label: string) => void;

  constructor(settings: RateLimiterSettings, environment: LimiterEnvironment) {
    const { ref, bucket } = settings;
    this.ref = ref;
    this.#settings = settings;
    this.#backend = environment.backend;
    this.#observer = environment.observer;
    this.#space = stateSpace("tokens", ref);
    this.#label = new LimitLabel(settings.limitByLabelKey);
    this.#quota = bucketQuota(bucket);
    this.#status = settings.deniedStatus ?? 429;
    this.#single = { settings: bucket, tokens: 1, mayWaitMs: 0 };
    this.#complain = (label) => environment.observer.invalidTokens?.(ref, label);
  }

  decide(flow: FlowContext): Awaitable<LimiterDecision> {
    const { labels } = flow;
    const { tokensLabelKey, passThrough } = this.#settings;
    const tokens = flowTokens(labels, tokensLabelKey, this.#complain);
    const value = passThrough === true ? undefined : this.#label.valueOf(labels);
    if (value === undefined) return this.#passed(tokens);
    try {
      const answer = this.#take(value, tokens);
      return answer instanceof Promise
        ? this.#decideLater(value, tokens, answer)
        : this.#decision(value, tokens, answer);
    } catch (error) {
      return this.#undecided(value, error);
    }
  }

  async #decideLater(value: string, tokens: number, answer: Promise<BucketAnswer>): Promise<LimiterDecision> {
    try {
      return this.#decision(value, tokens, await answer);
    } catch (error) {
      return this.#undecided(value, error);
    }
  }

  /** Gives back exactly what the decision took, which is nothing where no bucket was asked. */
  revert({ label, tokens, reason }: LimiterDecision): Awaitable<void> {
    if (reason !== undefined || !(tokens.consumed > 0)) return;
    const failed = (error: unknown) => this.#observer.backendError?.(this.ref, error);
    try {
      const answer = this.#take(this.#label.valueNamed(label), -tokens.consumed);
      if (answer instanceof Promise) return answer.then(() => undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  #take(value: string, tokens: number): Awaitable<BucketAnswer> {
    const ask = tokens === 1 ? this.#single : { settings: this.#settings.bucket, tokens, mayWaitMs: 0 };
    return this.#backend.takeTokens(this.#space, value, ask);
  }

  #decision(value: string, tokens: number, { granted, remaining, waitMs }: BucketAnswer): LimiterDecision {
    return {
      ref: this.ref,
      kind: "rate-limiter",
      dropped: !granted,
      label: this.#label.nameOf(value),
      tokens: { consumed: granted ? tokens : 0, remaining, current: this.#quota.limit - remaining },
      quota: this.#quota,
      waitMs: granted ? 0 : waitMs,
      status: this.#status,
    };
  }

  /** As Aperture reports it: what the flow would have cost counts as consumed, though no bucket was asked. */
  #passed(tokens: number): LimiterDecision {
    return {
      ref: this.ref,
      kind: "rate-limiter",
      dropped: false,
      label: "",
      tokens: { consumed: tokens, remaining: 0, current: 0 },
      waitMs: 0,
      status: this.#status,
      reason: "key-not-found",
    };
  }

  /** The state could not be reached: the flow passes, and nothing was taken that a revert could give back. */
  #undecided(value: string, error: unknown): LimiterDecision {
    this.#observer.backendError?.(this.ref, error);
    return {
      ref: this.ref,
      kind: "rate-limiter",
      dropped: false,
      label: this.#label.nameOf(value),
      tokens: { consumed: 0, remaining: 0, current: 0 },
      waitMs: 0,
      status: this.#status,
      error: error instanceof Error ? error.message : String(error),
    };
  }
}
