import { type Attributes, context, type Span, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import type { FlowRecord } from "../contract/flow-record.ts";
import { FlowStatus } from "../contract/flow-status.ts";
import type { Flow } from "../flow.ts";
import { answerBytes } from "../grpc/answer-bytes.ts";
import { ATTRIBUTE } from "../grpc/flow-attributes.ts";

/** Makes a span of each flow, with what was decided and how it went. */
export class FlowSpans {
  readonly #tracer: Tracer;
  readonly #forAgents: boolean;

  constructor(tracer: Tracer, forAgents: boolean) {
    this.#tracer = tracer;
    this.#forAgents = forAgents;
  }

  started(flow: Flow): void {
    const { decision, rejectReason, failOpenReason } = flow;
    const attributes: Attributes = { "aperture.control_point": flow.controlPoint, "aperture.decision": decision };
    const reason = rejectReason ?? failOpenReason;
    if (reason !== undefined) attributes["aperture.reason"] = reason;
    const options = { attributes, startTime: flow.startMs };
    const span = this.#tracer.startSpan(`flow ${flow.controlPoint}`, options, context.active());
    flow.setSpan(span);
  }

  ended(flow: Flow, record: FlowRecord | undefined): void {
    const span = flow.span();
    if (!span.isRecording()) return;
    if (flow.status === FlowStatus.Error) span.setStatus({ code: SpanStatusCode.ERROR });
    if (flow.httpStatusCode !== undefined) span.setAttribute("http.response.status_code", flow.httpStatusCode);
    if (record !== undefined && this.#forAgents) addAgentAttributes(span, record);
    span.end(record?.endMs);
  }
}

/** What came from a cache is not among them, nor what only the agent knows of its answer, such as flux meters. */
function addAgentAttributes(span: Span, record: FlowRecord): void {
  const { status, startMs, workloadStartMs, endMs, httpStatusCode } = record;
  span.setAttributes({
    [ATTRIBUTE.source]: "sdk",
    [ATTRIBUTE.checkResponse]: answerBytes(record, undefined).toString("base64"),
    [ATTRIBUTE.status]: status,
    [ATTRIBUTE.startMs]: Math.floor(startMs),
    [ATTRIBUTE.workloadStartMs]: Math.floor(workloadStartMs),
    [ATTRIBUTE.endMs]: Math.floor(endMs),
  });
  if (httpStatusCode !== undefined) span.setAttribute(ATTRIBUTE.httpStatusCode, String(httpStatusCode));
}
