import type {
  CacheDeleteRequest,
  CacheDeleteResponse,
  CacheLookupRequest,
  CacheLookupResponse,
  CacheUpsertRequest,
  CacheUpsertResponse,
} from "./cache.ts";
import type { CheckRequest, CheckResponse, EndRequest, EndResponse } from "./check.ts";
import type { FlowRecord } from "./flow-record.ts";
import type { CheckHttpRequest } from "./http.ts";

/**
 * An answer that may already be there. Code on the path of a request awaits only what is a promise: most in-memory
 * decisions are not, and a promise costs more than they do.
 */
export type Awaitable<T> = T | Promise<T>;

/**
 * Decides whether flows may run. The embedded engine is one, a remote agent behind gRPC is one, `ScriptedControl` in
 * tests is one; whoever holds a `FlowControl` cannot tell which.
 *
 * A rejection is an answer. A thrown or rejected {@link ApertureError} means that no decision could be made; its
 * `reason` says why, and the client turns it into a flow that fails open.
 */
export interface FlowControl {
  /** May this flow run? */
  check(request: CheckRequest, call?: CallOptions): Awaitable<CheckResponse>;
  /** The same question with a whole HTTP request, for policies that classify on its parts: the agent's CheckHTTP. */
  checkHttp(request: CheckHttpRequest, call?: CallOptions): Awaitable<CheckResponse>;
  /** Gives back what accepted flows still hold. Giving back twice is harmless. */
  end(request: EndRequest, call?: CallOptions): Awaitable<EndResponse>;
  cacheLookup(request: CacheLookupRequest, call?: CallOptions): Awaitable<CacheLookupResponse>;
  cacheUpsert(request: CacheUpsertRequest, call?: CallOptions): Awaitable<CacheUpsertResponse>;
  cacheDelete(request: CacheDeleteRequest, call?: CallOptions): Awaitable<CacheDeleteResponse>;
  /**
   * The names of the labels that decisions at this control point can depend on; undefined, or no such method, for all of
   * them. Whoever makes labels for the question alone may leave out the others. The same set as long as nothing changed.
   */
  labelsRead?(controlPoint: string): ReadonlySet<string> | undefined;
  /** Takes what a finished flow leaves behind, for telemetry. Absent where nobody wants it. */
  recordFlow?(record: FlowRecord): void;
  /** Releases timers and connections. Idempotent; calls made afterwards fail with `APERTURE_CLOSED`. */
  close(): Promise<void>;
}

/** How the caller of one operation waits for it. */
export interface CallOptions {
  /**
   * Aborted when the caller no longer wants the answer. It may be a getter that makes the signal on first use, so read
   * it only when the operation really waits.
   */
  readonly signal?: AbortSignal | undefined;
  /** How long the caller will wait; a scheduler may queue the flow that long. Relative, never an absolute date. */
  readonly timeoutMs?: number | undefined;
}
