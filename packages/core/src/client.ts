import type { AgentSettings } from "./agent-options.ts";
import { type ApertureClientOptions, type ClientSettings, clientSettings } from "./client-options.ts";
import type { Complaints } from "./complaints.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { CheckRequest, CheckResponse } from "./contract/check.ts";
import { ApertureError, errorFrom, failOpenReasonOf } from "./contract/errors.ts";
import type { Awaitable, CallOptions, FlowControl } from "./contract/flow-control.ts";
import type { FlowRecord } from "./contract/flow-record.ts";
import { FlowStatus } from "./contract/flow-status.ts";
import { readAgentEnvironment } from "./environment.ts";
import { type CheckFailure, Flow, type FlowHost, type FlowStart } from "./flow.ts";
import { type FlowParams, requestedTimeout } from "./flow-params.ts";
import type { FlowStarter } from "./flow-starter.ts";
import { type FlowCounts, FlowTally } from "./flow-tally.ts";
import { flowLabels, type LabelRules } from "./labels.ts";
import { recordOf } from "./record-of.ts";
import { RejectedFlowError } from "./rejected-flow-error.ts";
import { type ConnectedControl, RemoteControl } from "./remote-control.ts";
import { nowMs, pause, wallMs } from "./time.ts";

const NO_PARAMS: FlowParams = Object.freeze({});
const READY_TIMEOUT_MS = 5000;
const SHUTDOWN_TIMEOUT_MS = 5000;

/**
 * Asks a {@link FlowControl} whether flows may run: one in this process, or a remote agent.
 *
 * @example
 * const client = new ApertureClient({ address: "localhost:8089", insecure: true });
 *
 * @example
 * const client = new ApertureClient({ control: await createEngine({ policies: "policies" }) });
 * await using flow = await client.startFlow("checkout", { labels: { user: "alice" } });
 * if (flow.shouldRun()) await checkout();
 */
export class ApertureClient implements FlowStarter {
  readonly #settings: ClientSettings;
  readonly #control: FlowControl;
  readonly #remote: RemoteControl | undefined;
  readonly #complaints: Complaints;
  readonly #host: FlowHost;
  readonly #labelRules: LabelRules;
  readonly #tally = new FlowTally();
  #closing: Promise<void> | undefined;

  /** @throws ApertureError APERTURE_OPTION_INVALID for options that cannot be used. */
  constructor(options: ApertureClientOptions) {
    this.#settings = clientSettings(options);
    const { decider, endTimeoutMs, complaints } = this.#settings;
    const { control, agent } = decider;
    this.#remote = agent && new RemoteControl(() => connect(agent, complaints), agent.telemetry);
    this.#control = this.#remote ?? (control as FlowControl);
    this.#complaints = complaints;
    this.#labelRules = {
      limits: this.#settings.labelLimits,
      complain: (problem, name) => complaints.say(`label ${problem}`, () => `label "${name}" ${problem}`),
    };
    this.#host = {
      control: this.#control,
      endCall: { timeoutMs: finite(endTimeoutMs) },
      ended: (flow) => this.#ended(flow),
      complain: (topic, message) => complaints.say(topic, message),
    };
  }

  /**
   * A client of the agent that the environment names: `APERTURE_AGENT_ADDRESS`, `APERTURE_API_KEY` and
   * `APERTURE_AGENT_INSECURE`, as in the reference's examples. Options that are given win.
   *
   * @throws ApertureError APERTURE_OPTION_INVALID where no address is set.
   */
  static fromEnv(options: ApertureClientOptions = {}): ApertureClient {
    return new ApertureClient({ ...readAgentEnvironment(), ...options });
  }

  startFlow(controlPoint: string, params?: FlowParams): Promise<Flow> {
    return Promise.resolve(this.beginFlow(controlPoint, params));
  }

  beginFlow(controlPoint: string, given?: FlowParams): Awaitable<Flow> {
    const params = given ?? NO_PARAMS;
    const start = this.#start(controlPoint, params);
    try {
      const answer = this.#check(start.controlPoint, params);
      return answer instanceof Promise ? this.#decidedLater(start, answer) : this.#decided(start, answer);
    } catch (cause) {
      return this.#undecided(start, cause);
    }
  }

  labelsRead(controlPoint: string): ReadonlySet<string> | undefined {
    return this.#control.labelsRead?.(controlPoint);
  }

  async run<T>(
    controlPoint: string,
    params: FlowParams,
    work: (flow: Flow) => T | Promise<T>,
    options: { readonly onReject?: ((flow: Flow) => T | Promise<T>) | undefined } = {},
  ): Promise<T> {
    const flow = await this.startFlow(controlPoint, params);
    try {
      if (flow.shouldRun()) return await work(flow);
      flow.setStatus(FlowStatus.Unset);
    } catch (error) {
      flow.setStatus(FlowStatus.Error);
      throw error;
    } finally {
      await flow.end();
    }
    if (options.onReject !== undefined) return options.onReject(flow);
    throw new RejectedFlowError(flow);
  }

  get counts(): FlowCounts {
    return this.#tally.counts;
  }

  /** How the connection to the agent stands; an idle one begins to connect. */
  getState(): ConnectionState {
    return this.#closing === undefined ? (this.#remote?.state() ?? "ready") : "closed";
  }

  /** True when the agent can be asked, false when it cannot within the time. Flows need not wait for it. */
  ready(timeoutMs = READY_TIMEOUT_MS): Promise<boolean> {
    if (this.#closing !== undefined) return Promise.resolve(false);
    return this.#remote?.ready(timeoutMs) ?? Promise.resolve(true);
  }

  /**
   * New flows fail open with the reason "closed". Waits for open flows to end and for what they leave behind to reach the
   * agent, then closes the connection. A control that was passed in stays open. Idempotent, never rejects.
   */
  shutdown({ timeoutMs = SHUTDOWN_TIMEOUT_MS }: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#closing ??= this.#remote === undefined ? Promise.resolve() : this.#disconnect(this.#remote, timeoutMs);
    return this.#closing;
  }

  /** The same as `shutdown`. */
  close(): Promise<void> {
    return this.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #disconnect(remote: RemoteControl, timeoutMs: number): Promise<void> {
    // Half of the time is for flows that never end; the rest is for those that have.
    await Promise.race([this.#tally.allEnded(), pause(timeoutMs / 2)]);
    await Promise.race([remote.close(), pause(timeoutMs / 2)]);
  }

  #start(controlPoint: string, params: FlowParams): FlowStart {
    const { observer, onUnreachable } = this.#settings;
    const timed = observer !== undefined || this.#control.recordFlow !== undefined;
    const startMs = timed ? nowMs() : 0;
    return {
      // From JavaScript anything may come; from here on a control point is a text.
      controlPoint: typeof controlPoint === "string" ? controlPoint : "",
      needsDecision: params.rampMode === true || (params.onUnreachable ?? onUnreachable) === "reject",
      resultCacheKey: params.resultCacheKey,
      startMs,
      // A decision that needs no waiting takes less time than another reading of the clock would say.
      workloadStartMs: startMs,
    };
  }

  #check(controlPoint: string, params: FlowParams): Awaitable<CheckResponse> {
    if (this.#closing !== undefined || controlPoint === "") throw this.#refusal();
    const labels = flowLabels(params.labels, this.#settings.labels, this.#labelRules);
    const rampMode = params.rampMode === true;
    const call = this.#call(params);
    if (params.http !== undefined) {
      const { request: http, source, destination } = params.http;
      return this.#control.checkHttp(
        { controlPoint, labels, http, source, destination, rampMode, expectEnd: true },
        call,
      );
    }
    return this.#control.check({ controlPoint, labels, rampMode, expectEnd: true, cache: cacheKeys(params) }, call);
  }

  #refusal(): ApertureError {
    if (this.#closing !== undefined) {
      return new ApertureError("APERTURE_CLOSED", "the client was shut down", { reason: "closed" });
    }
    const message = "a control point is a text that is not empty";
    return new ApertureError("APERTURE_OPTION_INVALID", message, { reason: "invalid-argument" });
  }

  /** The flow's own parameters where they say it all: a signal behind a getter is then made only if somebody waits. */
  #call(params: FlowParams): CallOptions {
    const isPatient = this.#settings.timeoutMs === Number.POSITIVE_INFINITY;
    if (isPatient && params.timeoutMs === undefined && params.grpcCallOptions === undefined) return params;
    let timeoutMs = requestedTimeout(params, wallMs);
    if (timeoutMs === "invalid") {
      this.#complaints.say("timeout", () => "a flow asked for a timeout that is no time; the client's own was used");
      timeoutMs = undefined;
    }
    return {
      timeoutMs: finite(timeoutMs ?? this.#settings.timeoutMs),
      get signal() {
        return params.signal;
      },
    };
  }

  async #decidedLater(start: FlowStart, answer: Promise<CheckResponse>): Promise<Flow> {
    let response: CheckResponse;
    try {
      response = await answer;
    } catch (cause) {
      return this.#undecided(arrived(start), cause);
    }
    return this.#decided(arrived(start), response);
  }

  #decided(start: FlowStart, response: CheckResponse): Flow {
    if (typeof response?.accepted !== "boolean") {
      return this.#undecided(start, new TypeError("the control's answer to a check is no CheckResponse"));
    }
    this.#tally.decided(response.accepted);
    return this.#flow(start, response);
  }

  #undecided(start: FlowStart, cause: unknown): Flow {
    const error = errorFrom(cause);
    const reason = failOpenReasonOf(error);
    this.#tally.undecided(reason);
    this.#complaints.say(
      `unreachable ${reason}`,
      () => `no decision for "${start.controlPoint}" (${reason}): ${error.message}`,
    );
    return this.#flow(start, { error, reason });
  }

  #flow(start: FlowStart, outcome: CheckResponse | CheckFailure): Flow {
    const flow = new Flow(this.#host, start, outcome);
    if (this.#settings.observer !== undefined) this.#tellStarted(flow, arrived(start).workloadStartMs - start.startMs);
    return flow;
  }

  #ended(flow: Flow): void {
    if (this.#settings.observer !== undefined || this.#control.recordFlow !== undefined) this.#tellEnded(flow);
    this.#tally.ended();
  }

  #tellStarted(flow: Flow, checkMs: number): void {
    this.#observe(() => this.#settings.observer?.started?.(flow, checkMs));
  }

  #tellEnded(flow: Flow): void {
    const record = recordOf(flow);
    if (record !== undefined) this.#record(record);
    if (this.#settings.observer !== undefined) this.#observe(() => this.#settings.observer?.ended?.(flow, record));
  }

  #record(record: FlowRecord): void {
    try {
      this.#control.recordFlow?.(record);
    } catch (cause) {
      this.#observerThrew(cause);
    }
  }

  #observe(tell: () => void): void {
    try {
      tell();
    } catch (cause) {
      this.#observerThrew(cause);
    }
  }

  #observerThrew(cause: unknown): void {
    this.#complaints.say("observer", () => `an observer threw: ${errorFrom(cause).message}`);
  }
}

/** The decision is there. */
function arrived(start: FlowStart): FlowStart {
  if (start.startMs !== 0) start.workloadStartMs = nowMs();
  return start;
}

/** The one place that loads gRPC, for those who ask an agent. */
async function connect(agent: AgentSettings, complaints: Complaints): Promise<ConnectedControl> {
  const { GrpcControl } = await import("./grpc/index.ts");
  return new GrpcControl(agent, complaints);
}

function cacheKeys({ resultCacheKey: resultKey, globalCacheKeys: globalKeys }: FlowParams): CheckRequest["cache"] {
  return resultKey === undefined && globalKeys === undefined ? undefined : { resultKey, globalKeys };
}

/** Calls say "no limit" by leaving the time out: a timer would take `Infinity` for "at once". */
function finite(timeoutMs: number): number | undefined {
  return timeoutMs === Number.POSITIVE_INFINITY ? undefined : timeoutMs;
}
