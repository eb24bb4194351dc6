import type { Span } from "@opentelemetry/api";
import type { CheckResponse, EndResponse, Lease, RejectReason } from "./contract/check.ts";
import { errorFrom, type FailOpenReason } from "./contract/errors.ts";
import type { CallOptions, FlowControl } from "./contract/flow-control.ts";
import { FlowStatus } from "./contract/flow-status.ts";
import {
  cacheEntry,
  type FlowCacheEntry,
  type KeyLookupResponse,
  type KeyOperationResponse,
  lookupResponse,
  operationResponse,
} from "./flow-cache.ts";
import { NO_SPAN } from "./no-span.ts";

/** What was decided: `"unreachable"` means that nobody could. */
export type Decision = "accepted" | "rejected" | "unreachable";

/** Why a check gave no answer. */
export interface CheckFailure {
  readonly error: Error;
  readonly reason: FailOpenReason;
}

/** What all flows of a client share. */
export interface FlowHost {
  readonly control: FlowControl;
  /** How long a flow waits when it gives back or writes to a cache. */
  readonly endCall: CallOptions;
  /** Called once for each flow, when it has ended. */
  ended(flow: Flow): void;
  complain(topic: string, message: () => string): void;
}

/** How one flow began. */
export interface FlowStart {
  readonly controlPoint: string;
  /** The flow does not run without a decision: ramp mode, or `onUnreachable: "reject"`. */
  readonly needsDecision: boolean;
  readonly resultCacheKey: string | undefined;
  /** Milliseconds since the epoch; 0 where nobody keeps times. */
  readonly startMs: number;
  /** Set when the decision has arrived. */
  workloadStartMs: number;
}

const NO_LEASES: readonly Lease[] = Object.freeze([]);
const NOTHING_TO_RETURN: Promise<EndResponse> = Promise.resolve(Object.freeze({ returns: [] }));

/**
 * One unit of work on its way through a control point: may it run, how did it go, and what does it hold. A flow that was
 * started must be ended, or its leases stay taken until they expire; `end` may be called any number of times.
 */
export class Flow {
  readonly #host: FlowHost;
  readonly #start: FlowStart;
  readonly #response: CheckResponse | undefined;
  readonly #failure: CheckFailure | undefined;
  #status: FlowStatus = FlowStatus.OK;
  #httpStatusCode: number | undefined;
  #span: Span = NO_SPAN;
  #end: Promise<EndResponse> | undefined;

  constructor(host: FlowHost, start: FlowStart, outcome: CheckResponse | CheckFailure) {
    this.#host = host;
    this.#start = start;
    if ("accepted" in outcome) this.#response = outcome;
    else this.#failure = outcome;
  }

  get controlPoint(): string {
    return this.#start.controlPoint;
  }

  /** True when the work may be done: it was accepted, or nobody could decide and the flow may fail open. */
  shouldRun(): boolean {
    return this.#response === undefined ? !this.#start.needsDecision : this.#response.accepted;
  }

  get decision(): Decision {
    if (this.#response === undefined) return "unreachable";
    return this.#response.accepted ? "accepted" : "rejected";
  }

  /** True when somebody decided, either way. */
  get success(): boolean {
    return this.#response !== undefined;
  }

  get rejectReason(): RejectReason | undefined {
    return this.#response?.accepted === false ? this.#response.reason : undefined;
  }

  /** Why nobody could decide; undefined where somebody did. */
  get failOpenReason(): FailOpenReason | undefined {
    return this.#failure?.reason;
  }

  /** What was decided, limiter by limiter; undefined where nobody could. */
  checkResponse(): CheckResponse | undefined {
    return this.#response;
  }

  /** What kept the check from being made. */
  error(): Error | undefined {
    return this.#failure?.error;
  }

  /** The application's span of this flow where flows are traced, else one that records nothing. */
  span(): Span {
    return this.#span;
  }

  /** For whoever traces flows. */
  setSpan(span: Span): void {
    this.#span = span;
  }

  /** The status to answer with: 200 to run, the policy's own for a rejection, 503 where a needed decision is missing. */
  httpResponseCode(): number {
    if (this.#response?.accepted === false) return this.#response.status;
    return this.shouldRun() ? 200 : 503;
  }

  /** Milliseconds until a retry is worthwhile; undefined where nobody can say. */
  retryAfterMs(): number | undefined {
    const response = this.#response;
    if (response?.accepted !== false) return undefined;
    return response.waitMs > 0 && Number.isFinite(response.waitMs) ? response.waitMs : undefined;
  }

  /** The same in the reference's shape; both parts are undefined where nobody can say. */
  retryAfter(): { readonly seconds: string | undefined; readonly nanos: number | undefined } {
    const waitMs = this.retryAfterMs();
    if (waitMs === undefined) return { seconds: undefined, nanos: undefined };
    // Rounded once and before it is split, or 999.9999999 ms would become 0 seconds and a whole second of nanoseconds.
    const allNanos = Math.round(waitMs * 1e6);
    return { seconds: String(Math.floor(allNanos / 1e9)), nanos: allNanos % 1e9 };
  }

  get status(): FlowStatus {
    return this.#status;
  }

  /** How the work went, OK by default. Has no effect once the flow has ended. */
  setStatus(status: FlowStatus): void {
    if (this.#end === undefined) this.#status = status;
    else this.#host.complain("status-after-end", () => `a flow at "${this.controlPoint}" got a status after its end`);
  }

  /** The status code that the work was answered with, for telemetry. Adapters set it. */
  get httpStatusCode(): number | undefined {
    return this.#httpStatusCode;
  }

  setHttpStatusCode(code: number): void {
    this.#httpStatusCode = code;
  }

  /** Milliseconds since the epoch; 0 where nobody keeps times. */
  get startMs(): number {
    return this.#start.startMs;
  }

  /** When the decision had arrived and the work could begin. */
  get workloadStartMs(): number {
    return this.#start.workloadStartMs;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** What the result cache held when the flow started. */
  resultCache(): KeyLookupResponse {
    const cache = this.#response?.accepted === true ? this.#response.cache : undefined;
    return lookupResponse(cache?.result, "no result cache was looked up for this flow");
  }

  /** What the global cache held under a key of `globalCacheKeys` when the flow started. */
  globalCache(key: string): KeyLookupResponse {
    const cache = this.#response?.accepted === true ? this.#response.cache : undefined;
    return lookupResponse(cache?.global.get(key), `the global cache key "${key}" was not looked up for this flow`);
  }

  setResultCache(entry: FlowCacheEntry): Promise<KeyOperationResponse> {
    return operationResponse(async () => {
      const { control, endCall } = this.#host;
      const { controlPoint } = this.#start;
      const result = cacheEntry(this.#resultCacheKey(), entry);
      return (await control.cacheUpsert({ controlPoint, result }, endCall)).result;
    });
  }

  setGlobalCache(key: string, entry: FlowCacheEntry): Promise<KeyOperationResponse> {
    return operationResponse(async () => {
      const { control, endCall } = this.#host;
      const { controlPoint } = this.#start;
      const global = [cacheEntry(key, entry)];
      return (await control.cacheUpsert({ controlPoint, global }, endCall)).global.get(key);
    });
  }

  deleteResultCache(): Promise<KeyOperationResponse> {
    return operationResponse(async () => {
      const { control, endCall } = this.#host;
      const { controlPoint } = this.#start;
      const resultKey = this.#resultCacheKey();
      return (await control.cacheDelete({ controlPoint, resultKey }, endCall)).result;
    });
  }

  deleteGlobalCache(key: string): Promise<KeyOperationResponse> {
    return operationResponse(async () => {
      const { control, endCall } = this.#host;
      const { controlPoint } = this.#start;
      return (await control.cacheDelete({ controlPoint, globalKeys: [key] }, endCall)).global.get(key);
    });
  }

  #resultCacheKey(): string {
    const key = this.#start.resultCacheKey;
    if (!key) throw new TypeError("the flow was started without a resultCacheKey");
    return key;
  }

  /**
   * Gives back what the flow holds and reports how it went. Every call settles with the result of the first; it never
   * rejects.
   */
  end(): Promise<EndResponse> {
    if (this.#end === undefined) {
      const leases = this.#response?.accepted === true ? this.#response.leases : NO_LEASES;
      this.#end = leases.length === 0 ? NOTHING_TO_RETURN : this.#giveBack(leases);
      this.#host.ended(this);
    }
    return this.#end;
  }

  #giveBack(leases: readonly Lease[]): Promise<EndResponse> {
    const { control, endCall } = this.#host;
    try {
      const answer = control.end({ controlPoint: this.controlPoint, leases }, endCall);
      return answer instanceof Promise
        ? answer.catch((cause) => this.#notReturned(leases, cause))
        : Promise.resolve(answer);
    } catch (cause) {
      return Promise.resolve(this.#notReturned(leases, cause));
    }
  }

  #notReturned(leases: readonly Lease[], cause: unknown): EndResponse {
    const error = errorFrom(cause).message;
    const where = `leases taken at "${this.controlPoint}"`;
    this.#host.complain("end-failed", () => `${where} could not be given back and will expire: ${error}`);
    return { returns: leases.map((lease) => ({ lease, returned: false, error })) };
  }

  /** Lets `await using flow = ...` end the flow with its block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
