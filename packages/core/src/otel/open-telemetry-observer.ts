import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import type { FlowObserver } from "../client-options.ts";
import { FlowMetrics } from "./flow-metrics.ts";
import { FlowSpans } from "./flow-spans.ts";

/** Where spans and metrics of flows go. */
export interface OpenTelemetryObserverOptions {
  /** Makes the spans; the one that the application has registered by default. False makes none. */
  readonly tracerProvider?: TracerProvider | false | undefined;
  /** Takes the metrics; the one that the application has registered by default. False takes none. */
  readonly meterProvider?: MeterProvider | false | undefined;
  /**
   * Adds the attributes that Aperture's agents read flows from, for an {@link AgentSpanExporter}. Turn the client's own
   * `telemetry` off then, or each flow is reported twice. False by default.
   */
  readonly agentAttributes?: boolean | undefined;
}

const NAME = "@aperture-flow/core";

/**
 * Shows flows in the application's own OpenTelemetry: each flow as a span, child of the span that was active when it was
 * started, and four metrics. Without an SDK it does next to nothing. What agents need is sent by the client itself, whether
 * this is used or not.
 *
 * Metrics: `aperture.flows` by control point, decision and reason; `aperture.check.duration` in milliseconds, by control
 * point and decision; `aperture.flows.unreachable` by control point and reason; `aperture.flows.open` by control point.
 *
 * @example
 * const client = new ApertureClient({ address, observer: openTelemetryObserver() });
 */
export function openTelemetryObserver(options: OpenTelemetryObserverOptions = {}): FlowObserver {
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } = options;
  const spans =
    tracerProvider === false
      ? undefined
      : new FlowSpans(tracerProvider.getTracer(NAME), options.agentAttributes === true);
  const meters = meterProvider === false ? undefined : new FlowMetrics(meterProvider.getMeter(NAME));
  return {
    started(flow, checkMs) {
      spans?.started(flow);
      meters?.started(flow, checkMs);
    },
    ended(flow, record) {
      spans?.ended(flow, record);
      meters?.ended(flow);
    },
  };
}
