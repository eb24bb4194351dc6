import type { Awaitable, ComponentRef, Lease, LimiterDecision, Tokens } from "@aperture-flow/core";
import type { SlotAnswer, SlotAsk } from "../backend/backend.ts";
import { flowTokens } from "./flow-tokens.ts";
import { LimitLabel } from "./limit-label.ts";
import type { FlowContext, LeasingLimiter, LimiterEnvironment } from "./limiter.ts";
import { stateSpace } from "./state-space.ts";

export interface ConcurrencyLimiterSettings {
  readonly ref: ComponentRef;
  /** Most tokens in flight at once. A flow gets in while there are fewer, whatever its own size; at 0 none does. */
  readonly maxConcurrency: number;
  /** A flow that has not ended after this long counts as ended. */
  readonly maxInflightMs: number;
  /** For backends that keep the count of a label: how long nobody may have asked for it before it is forgotten. */
  readonly idleMs: number;
  /** Counted for each value of this label; without it, for all flows together. */
  readonly limitByLabelKey?: string | undefined;
  /** The label that says how many tokens a flow takes; 1 without it. */
  readonly tokensLabelKey?: string | undefined;
  /** HTTP status of a drop, 429 by default. */
  readonly deniedStatus?: number | undefined;
  /** Lets every flow pass without counting it. */
  readonly passThrough?: boolean | undefined;
}

const NO_TOKENS: Tokens = Object.freeze({ consumed: 0, remaining: 0, current: 0 });

/**
 * Flows in flight at once, for each value of a label. An accepted flow holds a lease until it ends, is reverted, or has run
 * for too long; a dropped one holds none. Nobody waits here: see the concurrency scheduler for that.
 *
 * Decisions promise no quota: how many may run at once says nothing of how many may come in a time.
 */
export class ConcurrencyLimiter implements LeasingLimiter {
  readonly ref: ComponentRef;
  readonly #settings: ConcurrencyLimiterSettings;
  readonly #environment: LimiterEnvironment;
  readonly #space: string;
  readonly #label: LimitLabel;
  /** The ask of a flow that takes 1, made once. */
  readonly #single: SlotAsk;
  readonly #complain: (label: string) => void;

  constructor(settings: ConcurrencyLimiterSettings, environment: LimiterEnvironment) {
    const { ref, maxConcurrency, maxInflightMs, idleMs } = settings;
    this.ref = ref;
    this.#settings = settings;
    this.#environment = environment;
    this.#space = stateSpace("slots", ref);
    this.#label = new LimitLabel(settings.limitByLabelKey);
    this.#single = { slots: 1, limit: maxConcurrency, maxHoldMs: maxInflightMs, idleMs };
    this.#complain = (label) => environment.observer.invalidTokens?.(ref, label);
  }

  decide(flow: FlowContext): Awaitable<LimiterDecision> {
    const { tokensLabelKey, passThrough } = this.#settings;
    const tokens = flowTokens(flow.labels, tokensLabelKey, this.#complain);
    const value = passThrough === true ? undefined : this.#label.valueOf(flow.labels);
    if (value === undefined) return this.#passed(tokens);
    try {
      const answer = this.#acquire(value, tokens);
      if (!(answer instanceof Promise)) return this.#decision(value, tokens, answer);
      return answer.then(
        (settled) => this.#decision(value, tokens, settled),
        (error) => this.#undecided(value, error),
      );
    } catch (error) {
      return this.#undecided(value, error);
    }
  }

  /** Gives the lease back, if the decision came with one. */
  revert({ lease }: LimiterDecision): Awaitable<void> {
    if (lease === undefined) return;
    const failed = (error: unknown) => this.#environment.observer.backendError?.(this.ref, error);
    try {
      const returned = this.release(lease);
      if (returned instanceof Promise) return returned.then(() => undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  release({ label, id }: Lease): Awaitable<boolean> {
    return this.#environment.backend.releaseSlots(this.#space, this.#label.valueNamed(label), id);
  }

  #acquire(value: string, tokens: number): Awaitable<SlotAnswer> {
    const ask = tokens === 1 ? this.#single : { ...this.#single, slots: tokens };
    return this.#environment.backend.acquireSlots(this.#space, value, ask);
  }

  /** As Aperture reports it: `current` and `remaining` are from before the flow got in. */
  #decision(value: string, tokens: number, answer: SlotAnswer): LimiterDecision {
    const { granted, inFlight } = answer;
    const consumed = granted ? tokens : 0;
    const label = this.#label.nameOf(value);
    // Sums of fractions do not always come back to 0.
    const current = Math.max(0, inFlight - consumed);
    return {
      ref: this.ref,
      kind: "concurrency-limiter",
      dropped: !granted,
      label,
      tokens: { consumed, remaining: this.#settings.maxConcurrency - current, current },
      // When a flow ends nobody knows.
      waitMs: 0,
      status: this.#status,
      lease: granted ? { ref: this.ref, label, id: answer.leaseId, tokens } : undefined,
    };
  }

  /** As Aperture reports it: what the flow would have taken counts as consumed, though nothing was counted. */
  #passed(tokens: number): LimiterDecision {
    return {
      ref: this.ref,
      kind: "concurrency-limiter",
      dropped: false,
      label: "",
      tokens: { ...NO_TOKENS, consumed: tokens },
      waitMs: 0,
      status: this.#status,
      reason: "key-not-found",
    };
  }

  /** The state could not be reached: the flow passes, and holds nothing. */
  #undecided(value: string, error: unknown): LimiterDecision {
    this.#environment.observer.backendError?.(this.ref, error);
    return {
      ref: this.ref,
      kind: "concurrency-limiter",
      dropped: false,
      label: this.#label.nameOf(value),
      tokens: NO_TOKENS,
      waitMs: 0,
      status: this.#status,
      error: error instanceof Error ? error.message : String(error),
    };
  }

  get #status(): number {
    return this.#settings.deniedStatus ?? 429;
  }
}
