import type { Awaitable, CallOptions, ComponentRef, Labels, Lease, LimiterDecision } from "@aperture-flow/core";
import type { StateBackend } from "../backend/backend.ts";
import type { EngineObserver } from "../observer.ts";
import type { Clock } from "../time/clock.ts";

/** One flow on its way through the stages of a check. */
export interface FlowContext {
  readonly controlPoint: string;
  readonly labels: Labels;
  readonly rampMode: boolean;
  /** How the caller waits. A scheduler that queues the flow reads it; nothing else does. */
  readonly call: CallOptions;
}

/**
 * One compiled component. It catches its own backend's failures and answers with `error` set; it does not throw, and it
 * answers without a promise whenever its backend does.
 */
export interface Limiter {
  readonly ref: ComponentRef;
  decide(flow: FlowContext): Awaitable<LimiterDecision>;
  /** Undoes a decision of its own that did not drop the flow, because a later stage did. */
  revert(decision: LimiterDecision): Awaitable<void>;
  /** Lets go whoever waits in it, because its policy is no longer in force. Flows may still ask it afterwards. */
  retire?(): void;
}

/** A limiter whose tokens stay taken until the flow ends. */
export interface LeasingLimiter extends Limiter {
  /** False when the lease was unknown, expired or given back before. */
  release(lease: Lease): Awaitable<boolean>;
}

/** What every limiter is built with. */
export interface LimiterEnvironment {
  readonly backend: StateBackend;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly observer: EngineObserver;
  /** Most flows that may wait in one scheduling component, 5000 by default. */
  readonly maxQueue?: number | undefined;
  /** Longest that a flow waits in it, a minute by default. */
  readonly maxQueueMs?: number | undefined;
}
