import type { CallOptions } from "./contract/flow-control.ts";
import type { CheckHttpRequest } from "./contract/http.ts";
import type { LabelSources } from "./labels.ts";

/** What a caller says of one flow. Never written to, so one frozen object may serve all flows of a place in the code. */
export interface FlowParams extends CallOptions {
  readonly labels?: LabelSources | undefined;
  /** The flow runs only if a ramp component admits it: it never fails open. False by default. */
  readonly rampMode?: boolean | undefined;
  /** Milliseconds to wait for the decision; 0 or `Infinity` for no limit. The client's `timeoutMs` by default. */
  readonly timeoutMs?: number | undefined;
  /** Gives up waiting: the flow then has the decision "unreachable" with the reason "cancelled". */
  readonly signal?: AbortSignal | undefined;
  /** Looked up on the way through the check, before any load is shed; read it with `flow.resultCache()`. */
  readonly resultCacheKey?: string | undefined;
  readonly globalCacheKeys?: readonly string[] | undefined;
  /**
   * The HTTP request that the flow is: policies that classify on its parts then see all of it (CheckHTTP). The `http.*`
   * labels are made by whoever decides, and no cache is looked up on this way.
   */
  readonly http?: FlowHttp | undefined;
  /** What happens when nobody can decide; the client's choice by default. */
  readonly onUnreachable?: "run" | "reject" | undefined;
  /** For programs written for the reference's SDK: an absolute date. `timeoutMs` is the better choice. */
  readonly grpcCallOptions?: { readonly deadline?: Date | number | undefined } | undefined;
}

/** A whole request, and who the two ends of its connection are where that is known. */
export interface FlowHttp extends Pick<CheckHttpRequest, "source" | "destination"> {
  readonly request: CheckHttpRequest["http"];
}

/** The longest wait that is passed on; timers of Node and of gRPC misbehave far beyond it. */
export const MAX_TIMEOUT_MS = 3_600_000;

/**
 * Milliseconds that a flow may wait for its decision: `Infinity` for no limit, undefined where nothing was asked for,
 * "invalid" for what is no time at all. An absolute deadline hours in the past is one: it is a relative number given by
 * mistake, and taking it at its word would let every flow fail open.
 */
export function requestedTimeout(params: FlowParams, nowMs: () => number): number | undefined | "invalid" {
  const deadline = params.grpcCallOptions?.deadline;
  if (deadline === undefined) return params.timeoutMs === undefined ? undefined : usableTimeout(params.timeoutMs);
  if (Number(deadline) === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const leftMs = Number(deadline) - nowMs();
  return leftMs > -MAX_TIMEOUT_MS ? usableTimeout(Math.max(leftMs, 1)) : "invalid";
}

/** Any number from outside as a time that timers can take: 0 and `Infinity` mean no limit. */
export function usableTimeout(timeoutMs: unknown): number | "invalid" {
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 0)) return "invalid";
  if (timeoutMs === 0 || timeoutMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  return Math.min(Math.max(timeoutMs, 1), MAX_TIMEOUT_MS);
}
