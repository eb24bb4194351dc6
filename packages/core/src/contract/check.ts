import type { CacheLookupRequest, CacheLookupResponse } from "./cache.ts";

/** What is known about a flow: names to values. Policies select, key and weigh flows by them. */
export type Labels = Readonly<Record<string, string>>;

/** A flow that asks whether it may run. */
export interface CheckRequest {
  readonly controlPoint: string;
  readonly labels: Labels;
  /** The flow runs only if a ramp component admits it; it does not fail open. */
  readonly rampMode: boolean;
  /** The caller promises to end the flow; without it, leases are returned by telemetry or by expiry. */
  readonly expectEnd: boolean;
  /** Services the flow belongs to, for selectors that name one; none by default. */
  readonly services?: readonly string[] | undefined;
  readonly cache?: Omit<CacheLookupRequest, "controlPoint"> | undefined;
}

/** The answer to a check: a rejection is a value, not an error. */
export type CheckResponse = Accepted | Rejected;

/** The flow may run. */
export interface Accepted {
  readonly accepted: true;
  readonly decisions: readonly LimiterDecision[];
  /** What the flow holds until it ends. */
  readonly leases: readonly Lease[];
  readonly cache?: CacheLookupResponse | undefined;
}

/** The flow may not run. */
export interface Rejected {
  readonly accepted: false;
  readonly reason: RejectReason;
  /** The HTTP status that the policy asks for, or the default of the reason. */
  readonly status: number;
  /** Least time before a retry is worthwhile; 0 where the limiter cannot say. */
  readonly waitMs: number;
  readonly decisions: readonly LimiterDecision[];
}

/** Which kind of component turned the flow away. */
export type RejectReason = "rate-limited" | "no-tokens" | "not-sampled" | "no-matching-ramp";

/** One component of one version of one policy. */
export interface ComponentRef {
  readonly policy: string;
  readonly policyHash: string;
  readonly component: string;
}

/** What one limiter said of one flow. */
export interface LimiterDecision {
  readonly ref: ComponentRef;
  readonly kind: LimiterKind;
  readonly dropped: boolean;
  /** Whose tokens were asked for: `"default"`, or `key:value` of the label that keys the limiter. */
  readonly label: string;
  readonly workload?: string | undefined;
  readonly priority?: number | undefined;
  /** `remaining + current` is the capacity. */
  readonly tokens: Tokens;
  /** Known to an embedded engine, absent from a remote agent's answer. */
  readonly quota?: Quota | undefined;
  readonly waitMs: number;
  /** The status that the policy sets for a drop by this limiter. */
  readonly status?: number | undefined;
  readonly lease?: Lease | undefined;
  /**
   * `key-not-found`: the label that keys the limiter was absent, and the flow passed it. The others say how a flow that
   * was to wait for tokens left the queue, and are known to an embedded engine only.
   */
  readonly reason?: "key-not-found" | "queue-full" | "timeout" | "cancelled" | undefined;
  /** Why the limiter could not decide; such a decision never drops. */
  readonly error?: string | undefined;
}

/** What one decision took from a limiter, and what that leaves. */
export interface Tokens {
  readonly consumed: number;
  readonly remaining: number;
  readonly current: number;
}

/** The promise behind a decision, as clients may be told of it. */
export interface Quota {
  /** Most tokens that can be had at once. */
  readonly limit: number;
  /** Time in which an empty bucket fills; `Infinity` where it never does. */
  readonly windowMs: number;
}

/** The component of a policy that made a decision. */
export type LimiterKind =
  | "sampler"
  | "rate-limiter"
  | "concurrency-limiter"
  | "quota-scheduler"
  | "concurrency-scheduler"
  | "load-scheduler";

/** In-flight tokens that one decision took; whoever holds it may give them back, from any process. */
export interface Lease {
  readonly ref: ComponentRef;
  readonly label: string;
  readonly id: string;
  readonly tokens: number;
}

/** What a flow that has ended gives back. */
export interface EndRequest {
  readonly controlPoint: string;
  readonly leases: readonly Lease[];
}

/** What became of the leases of an ended flow. */
export interface EndResponse {
  /** One entry a lease, in the order of the request. */
  readonly returns: readonly LeaseReturn[];
}

/** What became of one lease. */
export interface LeaseReturn {
  readonly lease: Lease;
  /** False when the lease was unknown, expired or given back before. */
  readonly returned: boolean;
  readonly error?: string | undefined;
}
