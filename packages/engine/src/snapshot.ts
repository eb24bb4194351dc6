import type { CheckHttpRequest, ComponentRef, Labels, LimiterKind, RejectReason } from "@aperture-flow/core";
import type { RegoEvaluator } from "./classifier/rego.ts";
import type { Limiter, LimiterEnvironment } from "./limiter/limiter.ts";

/**
 * Everything the loaded policies say, frozen. A reload builds a new snapshot and swaps it in one assignment; flows past
 * `match` finish on the one they started with.
 */
export interface Snapshot {
  /** Counts up with every reload, from 1. */
  readonly version: number;
  readonly policies: readonly PolicySummary[];
  /**
   * The stages a flow must pass: in the order of {@link StageKind}, empty ones left out, limiters in the order in which
   * their policies were given. A control point without policies has none. Answers may be shared and are never changed.
   */
  match(controlPoint: string, labels: Labels, services: readonly string[]): readonly Stage[];
  /** Names among which are those of all labels that {@link match} and the stages of a control point read. */
  labelsRead(controlPoint: string): ReadonlySet<string>;
  /** The labels of a flow with an HTTP request, and over them those that classifiers make of it. */
  classify(flow: CheckHttpRequest, labels: Labels): Labels;
  /** The limiter with exactly this policy, hash and component. */
  limiter(ref: ComponentRef): Limiter | undefined;
}

/** Limiters that decide together: all are asked, and one drop rejects the flow. */
export interface Stage {
  readonly kind: StageKind;
  /** Why a flow dropped here is rejected. */
  readonly reason: RejectReason;
  /** The status of a rejection where the dropping limiter has none of its own. */
  readonly status: number;
  readonly limiters: readonly Limiter[];
}

/**
 * In the order in which a flow meets them. `rate` holds rate and concurrency limiters, `concurrency` the concurrency
 * schedulers, `load` quota and load schedulers; the cache is looked up before `load`.
 */
export type StageKind = "ramp" | "sample" | "rate" | "concurrency" | "load";

/** One loaded policy, for people and dashboards. */
export interface PolicySummary {
  readonly name: string;
  readonly hash: string;
  readonly components: readonly ComponentSummary[];
}

/** One limiter of a loaded policy, and where it applies. */
export interface ComponentSummary {
  readonly component: string;
  readonly kind: LimiterKind;
  /** Sorted, each once. */
  readonly controlPoints: readonly string[];
}

/** What turning policies into a snapshot needs from the engine. */
export interface BuildContext {
  readonly environment: LimiterEnvironment;
  /** Selectors that name another agent group do not apply; undefined where all do. */
  readonly agentGroup: string | undefined;
  /** Evaluates the Rego modules of classifiers; a policy with one is refused without it. */
  readonly rego?: RegoEvaluator | undefined;
  /** Where limiters of unchanged policies are carried over from, with the flows that wait in them. */
  readonly previous: Snapshot | undefined;
}
