import { context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { ApertureError } from "../../src/contract/errors.ts";
import { FlowStatus } from "../../src/contract/flow-status.ts";
import { type OpenTelemetryObserverOptions, openTelemetryObserver } from "../../src/otel/index.ts";
import { accepted, rejected, type ScriptedAnswer, ScriptedControl } from "../../src/testing/index.ts";
import { RecordingMeter } from "./recording-meter.ts";

const unreachable = new ApertureError("APERTURE_TRANSPORT", "gone", { reason: "unavailable" });

function observed(answers: readonly ScriptedAnswer[], options: OpenTelemetryObserverOptions = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const meter = new RecordingMeter();
  const observer = openTelemetryObserver({ tracerProvider: provider, meterProvider: meter, ...options });
  const warnings: string[] = [];
  const logger = { warn: (message: string) => warnings.push(message) };
  const client = new ApertureClient({ control: new ScriptedControl(...answers), observer, logger });
  return { client, meter, provider, warnings, spans: () => exporter.getFinishedSpans() };
}

describe("openTelemetryObserver", () => {
  it("makes a span of each flow, with what was decided and how it went", async () => {
    const { client, spans } = observed([accepted(), rejected(), unreachable]);
    for (const status of [FlowStatus.Error, FlowStatus.Unset, FlowStatus.OK]) {
      const flow = await client.startFlow("checkout");
      expect(flow.span().isRecording()).to.equal(true);
      flow.setStatus(status);
      if (status === FlowStatus.Error) flow.setHttpStatusCode(502);
      await flow.end();
      expect(flow.span().isRecording()).to.equal(false);
    }
    expect(spans().map(({ name, attributes, status }) => ({ name, attributes, code: status.code }))).to.deep.equal([
      {
        name: "flow checkout",
        attributes: {
          "aperture.control_point": "checkout",
          "aperture.decision": "accepted",
          "http.response.status_code": 502,
        },
        code: SpanStatusCode.ERROR,
      },
      {
        name: "flow checkout",
        attributes: {
          "aperture.control_point": "checkout",
          "aperture.decision": "rejected",
          "aperture.reason": "rate-limited",
        },
        code: SpanStatusCode.UNSET,
      },
      {
        name: "flow checkout",
        attributes: {
          "aperture.control_point": "checkout",
          "aperture.decision": "unreachable",
          "aperture.reason": "unavailable",
        },
        code: SpanStatusCode.UNSET,
      },
    ]);
  });

  it("lets the span begin before the check, and lets the application add to it", async () => {
    const { client, spans } = observed([]);
    const before = Date.now();
    const flow = await client.startFlow("checkout");
    flow.span().setAttribute("cart.items", 3);
    await flow.end();
    const [span] = spans();
    const startMs = (span?.startTime[0] ?? 0) * 1000 + (span?.startTime[1] ?? 0) / 1e6;
    expect(startMs).to.be.within(before - 5, Date.now() + 5);
    expect(span?.attributes["cart.items"]).to.equal(3);
  });

  it("makes the span a child of the active one", async () => {
    const { client, provider, spans } = observed([]);
    const parent: Span = provider.getTracer("test").startSpan("request");
    let entered = context.active();
    const manager = {
      active: () => entered,
      with: <T>(_: unknown, run: () => T) => run(),
      bind: <T>(_: unknown, target: T) => target,
      enable: () => manager,
      disable: () => manager,
    };
    expect(context.setGlobalContextManager(manager as never)).to.equal(true);
    try {
      entered = trace.setSpan(entered, parent);
      await (await client.startFlow("checkout")).end();
    } finally {
      context.disable();
    }
    const [span] = spans();
    expect(span?.parentSpanContext?.spanId).to.equal(parent.spanContext().spanId);
    expect(span?.spanContext().traceId).to.equal(parent.spanContext().traceId);
  });

  it("counts flows by decision and reason, and how long checks took", async () => {
    const { client, meter } = observed([accepted(), rejected(), unreachable]);
    const flows = [await client.startFlow("a"), await client.startFlow("b"), await client.startFlow("b")];
    const count = meter.of("aperture.flows").map(({ value, attributes }) => ({ value, ...attributes }));
    expect(count).to.deep.equal([
      { value: 1, "aperture.control_point": "a", "aperture.decision": "accepted" },
      { value: 1, "aperture.control_point": "b", "aperture.decision": "rejected", "aperture.reason": "rate-limited" },
      { value: 1, "aperture.control_point": "b", "aperture.decision": "unreachable", "aperture.reason": "unavailable" },
    ]);
    expect(meter.of("aperture.flows.unreachable").map(({ attributes }) => attributes)).to.deep.equal([
      { "aperture.control_point": "b", "aperture.reason": "unavailable" },
    ]);
    expect(meter.of("aperture.check.duration")).to.have.length(3);
    for (const { value } of meter.of("aperture.check.duration")) expect(value).to.be.at.least(0);
    const open = () => meter.of("aperture.flows.open").reduce((sum, { value }) => sum + value, 0);
    expect(open()).to.equal(3);
    for (const flow of flows) await flow.end();
    expect(open()).to.equal(0);
  });

  it("can be had without spans or without metrics", async () => {
    const { client, meter, spans } = observed([], { tracerProvider: false });
    const flow = await client.startFlow("checkout");
    expect(flow.span().isRecording()).to.equal(false);
    await flow.end();
    expect([spans().length, meter.of("aperture.flows").length]).to.deep.equal([0, 1]);
    const other = observed([], { meterProvider: false });
    await (await other.client.startFlow("checkout")).end();
    expect([other.spans().length, other.meter.measurements.length]).to.deep.equal([1, 0]);
  });

  it("does nothing, without a word, where the application has no SDK", async () => {
    const warnings: string[] = [];
    const logger = { warn: (message: string) => warnings.push(message) };
    const observer = openTelemetryObserver({ agentAttributes: true });
    const client = new ApertureClient({ control: new ScriptedControl(), observer, logger });
    const flow = await client.startFlow("checkout");
    await flow.end();
    expect(flow.span().isRecording()).to.equal(false);
    expect(warnings).to.deep.equal([]);
  });
});
