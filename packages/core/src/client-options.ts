import { type AgentOptions, type AgentSettings, agentSettings } from "./agent-options.ts";
import { Complaints } from "./complaints.ts";
import { ApertureError } from "./contract/errors.ts";
import type { FlowControl } from "./contract/flow-control.ts";
import type { FlowRecord } from "./contract/flow-record.ts";
import { defaultLogger, type Logger } from "./environment.ts";
import type { Flow } from "./flow.ts";
import { usableTimeout } from "./flow-params.ts";
import { DEFAULT_LABEL_LIMITS, type LabelLimits, type LabelValues, NO_LABELS } from "./labels.ts";
import { unknownOptions } from "./option-names.ts";

/** Told of flows as they pass, for metrics and live views. What it throws is caught and said once. */
export interface FlowObserver {
  /** A flow was decided; `checkMs` is how long that took. */
  started?(flow: Flow, checkMs: number): void;
  /** A flow ended; the record is absent where nobody had decided. */
  ended?(flow: Flow, record: FlowRecord | undefined): void;
}

/** Who decides, and what the flows of this client have in common. */
export interface ApertureClientOptions extends Partial<Omit<AgentOptions, "address">> {
  /** Decides inside the process, or by any other means: an engine, a `ScriptedControl`. Closed by whoever made it. */
  readonly control?: FlowControl | undefined;
  /** A remote agent instead, `host:port`. */
  readonly address?: string | undefined;
  /**
   * Milliseconds to wait for a decision; 0 or `Infinity` for no limit. By default 200 with an `address` and no limit with
   * a `control`. Flows that a scheduler lets wait need more.
   */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds to wait when a flow gives back what it holds. 2000 by default. */
  readonly endTimeoutMs?: number | undefined;
  /** Labels of every flow; those of a flow itself come first. */
  readonly labels?: LabelValues | undefined;
  /** Bounds of what a flow's labels may be. */
  readonly labelLimits?: Partial<LabelLimits> | undefined;
  /** What happens when nobody can decide: `"run"` (fail open, the default) or `"reject"`. */
  readonly onUnreachable?: "run" | "reject" | undefined;
  /** Takes warnings, each at most once a minute. `console` by default. */
  readonly logger?: Logger | undefined;
  readonly observer?: FlowObserver | undefined;
}

const OPTION_NAMES = [
  "control",
  "address",
  "apiKey",
  "insecure",
  "tls",
  "channelCredentials",
  "channelOptions",
  "mostOutstanding",
  "transport",
  "telemetry",
  "timeoutMs",
  "endTimeoutMs",
  "labels",
  "labelLimits",
  "onUnreachable",
  "logger",
  "observer",
] satisfies readonly (keyof ApertureClientOptions)[];

/** The options of a client, complete and checked. */
export interface ClientSettings {
  readonly decider: Decider;
  /** `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** `Infinity` for no limit. */
  readonly endTimeoutMs: number;
  readonly labels: LabelValues;
  readonly labelLimits: LabelLimits;
  readonly onUnreachable: "run" | "reject";
  readonly complaints: Complaints;
  readonly observer: FlowObserver | undefined;
}

/** Who decides: what was passed in, or an agent that has to be connected to. */
export type Decider =
  | { readonly control: FlowControl; readonly agent?: undefined }
  | { readonly control?: undefined; readonly agent: AgentSettings };

const AGENT_TIMEOUT_MS = 200;
const END_TIMEOUT_MS = 2000;

/** @throws ApertureError APERTURE_OPTION_INVALID with what to write instead. */
export function clientSettings(options: ApertureClientOptions): ClientSettings {
  if (typeof options !== "object" || options === null) {
    throw invalid("new ApertureClient needs options: { control } for an engine in this process, or { address }");
  }
  const complaints = new Complaints(options.logger ?? defaultLogger);
  for (const unknown of unknownOptions(options, OPTION_NAMES)) {
    complaints.say(unknown, () => `ApertureClient: ${unknown}`);
  }
  const decider = deciderOf(options, complaints);
  const patience = decider.agent === undefined ? Number.POSITIVE_INFINITY : AGENT_TIMEOUT_MS;
  return {
    decider,
    timeoutMs: timeoutOf("timeoutMs", options.timeoutMs, patience),
    endTimeoutMs: timeoutOf("endTimeoutMs", options.endTimeoutMs, END_TIMEOUT_MS),
    labels: options.labels === undefined ? NO_LABELS : { ...options.labels },
    labelLimits: labelLimitsOf(options.labelLimits),
    onUnreachable: unreachableOf(options.onUnreachable),
    complaints,
    observer: options.observer,
  };
}

function deciderOf(options: ApertureClientOptions, complaints: Complaints): Decider {
  const { control, address } = options;
  if (control !== undefined && address !== undefined) {
    throw invalid("give ApertureClient either a control or an address, not both");
  }
  if (address !== undefined) return { agent: agentSettings({ ...options, address }, complaints) };
  if (typeof control?.check !== "function") {
    throw invalid(
      'ApertureClient needs the address of an agent, such as { address: "localhost:8089", insecure: true }, or a ' +
        "control, such as { control: await createEngine({ policies }) }",
    );
  }
  return { control };
}

function timeoutOf(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const usable = usableTimeout(value);
  if (usable === "invalid") throw invalid(`${name} must be milliseconds, 0 or Infinity for no limit; got ${value}`);
  return usable;
}

function labelLimitsOf(given: Partial<LabelLimits> = {}): LabelLimits {
  const limit = (name: keyof LabelLimits): number => {
    const value = given[name] ?? DEFAULT_LABEL_LIMITS[name];
    if (!(value >= 0)) throw invalid(`labelLimits.${name} must be a number from 0 up, got ${JSON.stringify(value)}`);
    return value;
  };
  return {
    count: limit("count"),
    nameLength: limit("nameLength"),
    valueLength: limit("valueLength"),
    totalLength: limit("totalLength"),
  };
}

function unreachableOf(value: "run" | "reject" | undefined): "run" | "reject" {
  if (value !== undefined && value !== "run" && value !== "reject") {
    throw invalid(`onUnreachable must be "run" or "reject", got ${JSON.stringify(value)}`);
  }
  return value ?? "run";
}

function invalid(message: string): ApertureError {
  return new ApertureError("APERTURE_OPTION_INVALID", message);
}
