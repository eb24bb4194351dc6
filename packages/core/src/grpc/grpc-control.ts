import type { AgentSettings } from "../agent-options.ts";
import type { Complaints } from "../complaints.ts";
import type { ConnectionState } from "../connection-state.ts";
import type {
  CacheDeleteRequest,
  CacheDeleteResponse,
  CacheLookupRequest,
  CacheLookupResponse,
  CacheUpsertRequest,
  CacheUpsertResponse,
} from "../contract/cache.ts";
import type { CheckRequest, CheckResponse, EndRequest, EndResponse } from "../contract/check.ts";
import { ApertureError, errorFrom, failOpenReasonOf } from "../contract/errors.ts";
import type { CallOptions, FlowControl } from "../contract/flow-control.ts";
import type { FlowRecord } from "../contract/flow-record.ts";
import type { CheckHttpRequest } from "../contract/http.ts";
import { nowMs, pause } from "../time.ts";
import { AgentConnection } from "./agent-connection.ts";
import { type AgentMethods, agentMethods, type TakeLate } from "./agent-methods.ts";
import { answerBytes, type WireAnswer } from "./answer-bytes.ts";
import { ExportConnection } from "./export-connection.ts";
import { type ExportCounts, FlowExport } from "./flow-export.ts";
import { FlowSpanWriter } from "./flow-span.ts";
import { giveBack } from "./give-back.ts";
import { KeptAnswer } from "./kept-answer.ts";
import { RetryBudget } from "./retry-budget.ts";
import { cacheLookupFromWire, cacheOperationsFromWire, wireFromCacheKeys, wireFromCacheUpsert } from "./wire/cache.ts";
import { checkResponseFromWire } from "./wire/check.ts";
import { endResponseFromWire, wireFromEndRequest } from "./wire/end.ts";
import { checkHttpResponseFromWire, wireFromCheckHttpRequest } from "./wire/http.ts";

const NO_OPTIONS: CallOptions = Object.freeze({});
const MOST_END_RETRIES = 2;
const END_RETRY_AFTER_MS = 100;
const CLOSE_TIMEOUT_MS = 2000;

/**
 * A remote agent. Nothing it does or fails to do throws anything but an `ApertureError`, and every call settles within its
 * time; see {@link AgentConnection} for an agent that hangs or is gone.
 */
export class GrpcControl implements FlowControl {
  readonly #connection: AgentConnection;
  readonly #complaints: Complaints;
  readonly #methods: AgentMethods;
  readonly #spans = new FlowSpanWriter();
  readonly #retries = new RetryBudget();
  readonly #ends = new Set<Promise<EndResponse>>();
  readonly #exportConnection: ExportConnection;
  readonly #export: FlowExport;
  #closing: Promise<void> | undefined;

  /** Takes a flow's telemetry. Absent where the settings say so. */
  readonly recordFlow?: (record: FlowRecord) => void;

  constructor(settings: AgentSettings, complaints: Complaints) {
    this.#connection = new AgentConnection(settings);
    this.#complaints = complaints;
    this.#methods = agentMethods(settings.mostOutstanding, this.#spans, this.#giveBackLate);
    this.#exportConnection = new ExportConnection(settings, this.#methods.exportTraces);
    this.#export = new FlowExport((spans) => this.#exportConnection.send(spans), complaints);
    if (settings.telemetry) this.recordFlow = (record) => this.#record(record);
  }

  check(request: CheckRequest, options: CallOptions = NO_OPTIONS): Promise<CheckResponse> {
    this.#assertOpen();
    const { check } = this.#methods;
    return this.#connection.call(check, request, options).then((answer) => {
      const response = checkResponseFromWire(answer.message, request.rampMode);
      this.#keep(response, answer);
      return response;
    });
  }

  checkHttp(request: CheckHttpRequest, options: CallOptions = NO_OPTIONS): Promise<CheckResponse> {
    this.#assertOpen();
    const wire = wireFromCheckHttpRequest(request, (names) =>
      this.#complaints.say("baggage", () => `labels that CheckHTTP cannot carry were left out: ${names.join(", ")}`),
    );
    return this.#connection.call(this.#methods.checkHttp, wire, options).then((answer) => {
      const response = checkHttpResponseFromWire(answer, request.rampMode);
      if (answer.check_response !== undefined)
        this.#keep(response, { message: answer.check_response, bytes: undefined });
      return response;
    });
  }

  /** Tried again at most twice while the agent is unreachable, within the time of the call. */
  end(request: EndRequest, options: CallOptions = NO_OPTIONS): Promise<EndResponse> {
    this.#assertOpen();
    const ending = this.#end(request, options);
    const settled = () => this.#ends.delete(ending);
    this.#ends.add(ending);
    ending.then(settled, settled);
    return ending;
  }

  cacheLookup(request: CacheLookupRequest, options: CallOptions = NO_OPTIONS): Promise<CacheLookupResponse> {
    this.#assertOpen();
    const wire = wireFromCacheKeys(request);
    return this.#connection.call(this.#methods.cacheLookup, wire, options).then(cacheLookupFromWire);
  }

  cacheUpsert(request: CacheUpsertRequest, options: CallOptions = NO_OPTIONS): Promise<CacheUpsertResponse> {
    this.#assertOpen();
    const wire = wireFromCacheUpsert(request);
    return this.#connection.call(this.#methods.cacheUpsert, wire, options).then(cacheOperationsFromWire);
  }

  cacheDelete(request: CacheDeleteRequest, options: CallOptions = NO_OPTIONS): Promise<CacheDeleteResponse> {
    this.#assertOpen();
    const wire = wireFromCacheKeys(request);
    return this.#connection.call(this.#methods.cacheDelete, wire, options).then(cacheOperationsFromWire);
  }

  state(): ConnectionState {
    return this.#connection.state();
  }

  ready(timeoutMs: number): Promise<boolean> {
    return this.#connection.ready(timeoutMs);
  }

  get exportCounts(): ExportCounts {
    return this.#export.counts;
  }

  /** Waits, two seconds at most, for leases on their way back and for telemetry; then closes the connections. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const drained = Promise.allSettled(this.#ends).then(() => this.#export.flush());
    await Promise.race([drained, pause(CLOSE_TIMEOUT_MS)]);
    this.#exportConnection.close();
    this.#connection.close();
  }

  async #end(request: EndRequest, { signal, timeoutMs = Number.POSITIVE_INFINITY }: CallOptions): Promise<EndResponse> {
    const wire = wireFromEndRequest(request);
    const lastMs = nowMs() + timeoutMs;
    for (let retries = 0; ; retries += 1) {
      try {
        const options: CallOptions = { signal, timeoutMs: Math.max(lastMs - nowMs(), 1) };
        const answer = await this.#connection.call(this.#methods.flowEnd, wire, options);
        this.#retries.succeeded();
        return endResponseFromWire(answer, request.leases);
      } catch (cause) {
        const waitMs = END_RETRY_AFTER_MS * 3 ** retries;
        const unreachable = failOpenReasonOf(errorFrom(cause)) === "unavailable";
        const again = unreachable && retries < MOST_END_RETRIES && nowMs() + waitMs < lastMs;
        if (!again || !this.#retries.take()) throw cause;
        await pause(waitMs);
      }
    }
  }

  /** A flow that had stopped waiting never ends what it was lent all the same. */
  readonly #giveBackLate: TakeLate = (controlPoint, response) => {
    if (response.accepted && response.leases.length > 0) giveBack(this, { controlPoint, leases: response.leases });
  };

  #keep(response: CheckResponse, answer: WireAnswer): void {
    if (this.recordFlow !== undefined) KeptAnswer.keep(response, answer);
  }

  #record(record: FlowRecord): void {
    if (this.#closing !== undefined) return;
    const bytes = answerBytes(record, KeptAnswer.of(record.response));
    this.#export.add(this.#spans.span(record, bytes));
  }

  #assertOpen(): void {
    if (this.#closing === undefined) return;
    throw new ApertureError("APERTURE_CLOSED", "the agent's client was closed", { reason: "closed" });
  }
}
