export { AgentSpanExporter } from "./agent-span-exporter.ts";
export { type OpenTelemetryObserverOptions, openTelemetryObserver } from "./open-telemetry-observer.ts";
