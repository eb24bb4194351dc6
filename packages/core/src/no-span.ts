import type { Span, SpanContext } from "@opentelemetry/api";

const NO_CONTEXT: SpanContext = {
  traceId: "00000000000000000000000000000000",
  spanId: "0000000000000000",
  traceFlags: 0,
};

/**
 * The span of a flow that nobody traces. The API package has one too, but loading it costs more than half of what
 * loading this package does.
 */
export const NO_SPAN: Span = Object.freeze({
  spanContext: () => NO_CONTEXT,
  setAttribute: () => NO_SPAN,
  setAttributes: () => NO_SPAN,
  addEvent: () => NO_SPAN,
  addLink: () => NO_SPAN,
  addLinks: () => NO_SPAN,
  setStatus: () => NO_SPAN,
  updateName: () => NO_SPAN,
  end: () => undefined,
  isRecording: () => false,
  recordException: () => undefined,
});
