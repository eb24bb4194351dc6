import type {
  CacheLookupResponse,
  CacheUpsertResponse,
  CheckRequest,
  CheckResponse,
  ComponentRef,
  Lease,
  LimiterDecision,
} from "@aperture-flow/core";
import type { PolicySummary } from "./snapshot.ts";

/**
 * What metrics, dashboards and tests may listen to. Every callback is optional and called on the path of the flow, so it
 * should do little. What one throws goes to `observerError`, and nowhere else: the flow goes on.
 */
export interface EngineObserver {
  /** A limiter decided. Called for each decision of a flow, before `flow`; a decision reverted later is included. */
  readonly decision?: ((decision: LimiterDecision, controlPoint: string) => void) | undefined;
  /** A flow was accepted or rejected. */
  readonly flow?: ((request: CheckRequest, response: CheckResponse) => void) | undefined;
  /** A lease came back; or did not, being unknown, expired or given back before. */
  readonly release?: ((lease: Lease, returned: boolean) => void) | undefined;
  /** A flow left the queue of a scheduler, admitted or not, or found it full. Flows that need not wait are not told. */
  readonly queue?: ((event: QueueEvent) => void) | undefined;
  /** The cache was asked, on the way through a check or by itself. */
  readonly cache?: ((event: CacheEvent) => void) | undefined;
  /** The label that should say how many tokens a flow takes is no number from 0, and 1 was taken. */
  readonly invalidTokens?: ((ref: ComponentRef, label: string) => void) | undefined;
  /** The state of a limiter could not be reached, and the flow passed it. */
  readonly backendError?: ((ref: ComponentRef, error: unknown) => void) | undefined;
  /** The Rego module of a classifier of this policy failed, and the flow went on without its labels. */
  readonly classifierError?: ((policy: string, error: unknown) => void) | undefined;
  /** A new set of policies is in force. */
  readonly policiesReplaced?: ((policies: readonly PolicySummary[], version: number) => void) | undefined;
  /** A new set of policies was refused; the last good one stays in force. */
  readonly policiesRefused?: ((error: unknown) => void) | undefined;
  /** Another callback threw. */
  readonly observerError?: ((error: unknown) => void) | undefined;
}

/** What the cache was asked, and what became of each key. */
export type CacheEvent = { readonly controlPoint: string } & (
  | { readonly operation: "lookup"; readonly answer: CacheLookupResponse }
  | { readonly operation: "upsert" | "delete"; readonly answer: CacheUpsertResponse }
);

/** What became of a flow that waited. */
export interface QueueEvent {
  readonly ref: ComponentRef;
  readonly label: string;
  readonly workload: string;
  readonly tokens: number;
  readonly waitedMs: number;
  /** `no-tokens`: they would not have come in time. */
  readonly outcome: "admitted" | "no-tokens" | "timeout" | "cancelled" | "queue-full";
  /** Tokens ahead of it on arrival that it overtook; below 0, tokens of later flows that overtook it. */
  readonly overtakenTokens: number;
}

/**
 * One observer that tells all of them. It throws nothing, and has no callback that none of them has, so that nothing is
 * prepared for nobody.
 */
export function combineObservers(...observers: readonly EngineObserver[]): EngineObserver {
  const failed = tellAll(observers, ({ observerError }) => observerError, ignore);
  return {
    decision: tellAll(observers, ({ decision }) => decision, failed),
    flow: tellAll(observers, ({ flow }) => flow, failed),
    release: tellAll(observers, ({ release }) => release, failed),
    queue: tellAll(observers, ({ queue }) => queue, failed),
    cache: tellAll(observers, ({ cache }) => cache, failed),
    invalidTokens: tellAll(observers, ({ invalidTokens }) => invalidTokens, failed),
    backendError: tellAll(observers, ({ backendError }) => backendError, failed),
    classifierError: tellAll(observers, ({ classifierError }) => classifierError, failed),
    policiesReplaced: tellAll(observers, ({ policiesReplaced }) => policiesReplaced, failed),
    policiesRefused: tellAll(observers, ({ policiesRefused }) => policiesRefused, failed),
    observerError: failed,
  };
}

function tellAll<Args extends unknown[]>(
  observers: readonly EngineObserver[],
  callbackOf: (observer: EngineObserver) => ((...args: Args) => void) | undefined,
  failed: ((error: unknown) => void) | undefined,
): ((...args: Args) => void) | undefined {
  // Bound: an observer may be an object with methods.
  const callbacks = observers.flatMap((observer) => callbackOf(observer)?.bind(observer) ?? []);
  if (callbacks.length === 0) return undefined;
  return (...args) => {
    for (const callback of callbacks) {
      try {
        callback(...args);
      } catch (error) {
        failed?.(error);
      }
    }
  };
}

/** Where the error of an error callback goes. */
function ignore(): void {}
