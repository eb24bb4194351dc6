import { Buffer } from "node:buffer";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import { agentSettings } from "../agent-options.ts";
import { Complaints } from "../complaints.ts";
import { errorFrom } from "../contract/errors.ts";
import { defaultLogger } from "../environment.ts";
import { AgentConnection, type AgentMethod } from "../grpc/agent-connection.ts";
import type { ConnectAgentOptions } from "../grpc/connect-agent.ts";
import { ATTRIBUTE } from "../grpc/flow-attributes.ts";
import { WIRE } from "../grpc/wire/load-proto.ts";
import type { WireAttribute, WireExportRequest, WireExportResponse, WireSpan } from "../grpc/wire/messages.ts";

type Done = Parameters<SpanExporter["export"]>[1];
type Result = Parameters<Done>[0];

/** `ExportResultCode` of the SDK, whose package would be loaded for two numbers. */
const SUCCESS = 0;
const FAILED = 1;

const EXPORT_TIMEOUT_MS = 2000;
const MOST_EXPORTS = 4;

/**
 * Sends spans of flows to an Aperture agent, from the application's own OpenTelemetry pipeline; other spans are left to
 * other exporters. For applications that want batching and queueing to be the SDK's: the client does all of this by itself.
 *
 * Use it with `openTelemetryObserver({ agentAttributes: true })` and `telemetry: false` for the client, and with a sampler
 * that keeps every span: an agent that sees a part of the flows controls its load by that part.
 *
 * @example
 * const exporter = new AgentSpanExporter({ address: "localhost:8089", insecure: true });
 * const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
 */
export class AgentSpanExporter implements SpanExporter {
  readonly #connection: AgentConnection;
  readonly #method: AgentMethod<WireExportRequest, WireExportResponse>;
  readonly #complaints: Complaints;
  readonly #exports = new Set<Promise<void>>();

  /** @throws ApertureError APERTURE_OPTION_INVALID for options that cannot be used. */
  constructor(options: ConnectAgentOptions) {
    this.#complaints = new Complaints(options.logger ?? defaultLogger);
    this.#connection = new AgentConnection(agentSettings(options, this.#complaints));
    this.#method = { ...WIRE.exportTraces, name: "Export", lane: { most: MOST_EXPORTS, outstanding: 0 } };
  }

  export(spans: ReadableSpan[], done: Done): void {
    const flows = spans.filter(({ attributes }) => attributes[ATTRIBUTE.source] !== undefined).map(wireFromSpan);
    if (flows.length === 0) {
      done({ code: SUCCESS });
      return;
    }
    const exporting = this.#send(flows, done).finally(() => this.#exports.delete(exporting));
    this.#exports.add(exporting);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#exports);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.#connection.close();
  }

  async #send(spans: readonly WireSpan[], done: Done): Promise<void> {
    const request = { resource_spans: [{ scope_spans: [{ scope: { name: "@aperture-flow/core" }, spans }] }] };
    let result: Result = { code: SUCCESS };
    try {
      await this.#connection.call(this.#method, request, { timeoutMs: EXPORT_TIMEOUT_MS });
    } catch (cause) {
      result = { code: FAILED, error: errorFrom(cause) };
    }
    // Apart from the call: a pipeline that throws must not be told a second time.
    try {
      done(result);
    } catch (cause) {
      this.#complaints.say("export", () => `the callback of an export threw: ${errorFrom(cause).message}`);
    }
  }
}

function wireFromSpan(span: ReadableSpan): WireSpan {
  const { name, attributes, startTime, endTime } = span;
  const { traceId, spanId } = span.spanContext();
  return {
    trace_id: Buffer.from(traceId, "hex"),
    span_id: Buffer.from(spanId, "hex"),
    name,
    start_time_unix_nano: nanosOf(startTime),
    end_time_unix_nano: nanosOf(endTime),
    attributes: Object.entries(attributes).flatMap(([key, value]) => wireFromAttribute(key, value) ?? []),
  };
}

/** Lists have no place in what an agent reads. */
function wireFromAttribute(key: string, value: ReadableSpan["attributes"][string]): WireAttribute | undefined {
  if (typeof value === "string") return { key, value: { string_value: value } };
  if (typeof value === "boolean") return { key, value: { bool_value: value } };
  if (typeof value !== "number") return undefined;
  return { key, value: Number.isInteger(value) ? { int_value: value } : { double_value: value } };
}

function nanosOf([seconds, nanos]: ReadableSpan["startTime"]): string {
  return `${seconds}${String(nanos).padStart(9, "0")}`;
}
