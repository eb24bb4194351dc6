import { Buffer } from "node:buffer";
import { status } from "@grpc/grpc-js";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { AgentSpanExporter, openTelemetryObserver } from "../../src/otel/index.ts";
import { FakeAgent } from "../../src/testing/grpc/index.ts";
import { accepted, rejected } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";
import { decision } from "../sample-decision.ts";

describe("AgentSpanExporter", () => {
  it("sends flows as the agent reads them, and no other span", async () => {
    const cache = { result: { hit: true, value: Buffer.from("treasure") }, global: new Map() };
    const answers = [accepted({ decisions: [decision()], cache }), rejected({ waitMs: 20 })];
    const agent = await FakeAgent.start({ answers, apiKey: "secret" });
    const reach = { address: agent.address, insecure: true, apiKey: "secret" };
    const exporter = new AgentSpanExporter(reach);
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    const observer = openTelemetryObserver({ tracerProvider, agentAttributes: true });
    const client = new ApertureClient({ ...reach, telemetry: false, observer, timeoutMs: 10_000 });
    try {
      tracerProvider.getTracer("application").startSpan("something else").end();
      for (const code of [200, 429]) {
        const flow = await client.startFlow("checkout");
        flow.setHttpStatusCode(code);
        await flow.end();
      }
      await tracerProvider.shutdown();
      expect(agent.flows.map((flow) => [flow.controlPoint, flow.status, flow.httpStatusCode])).to.deep.equal([
        ["checkout", "OK", 200],
        ["checkout", "OK", 429],
      ]);
      expect(agent.flows[0]?.response.decisions[0]).to.deep.include({ label: "user:alice", dropped: false });
      expect(agent.flows[1]?.response).to.include({ accepted: false, reason: "rate-limited", waitMs: 20 });
      expect(agent.spans).to.have.length(2);
      for (const { attributes } of agent.spans) {
        const { "aperture.flow_start_timestamp_ms": start, "aperture.flow_end_timestamp_ms": end } = attributes;
        expect(Number(start)).to.be.within(Date.now() - 60_000, Number(end));
      }
      expect(JSON.stringify(agent.calls.filter(({ method }) => method === "Export"))).to.not.include("treasure");
    } finally {
      await client.shutdown({ timeoutMs: 200 });
      await agent.stop();
    }
  });

  it("tells the pipeline what was not taken", async () => {
    const agent = await FakeAgent.start();
    agent.behave({ status: status.INTERNAL });
    const exporter = new AgentSpanExporter({ address: agent.address, insecure: true });
    try {
      const processor = new BatchSpanProcessor(exporter);
      const provider = new BasicTracerProvider({ spanProcessors: [processor] });
      const failed: unknown[] = [];
      const { export: send } = exporter;
      exporter.export = (spans, done) =>
        send.call(exporter, spans, (result) => {
          failed.push(result.code, result.error?.message);
          done({ code: 0 });
        });
      provider
        .getTracer("test")
        .startSpan("flow", { attributes: { "aperture.source": "sdk" } })
        .end();
      await provider.forceFlush();
      await exporter.shutdown();
      expect(failed).to.deep.equal([1, "Export: INTERNAL: refused by the test"]);
    } finally {
      await agent.stop();
    }
  });

  it("tells the pipeline once, whatever the pipeline does", async () => {
    const agent = await FakeAgent.start();
    const logger = new CollectedWarnings();
    const exporter = new AgentSpanExporter({ address: agent.address, insecure: true, logger });
    try {
      const spans = new InMemorySpanExporter();
      const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
      provider
        .getTracer("test")
        .startSpan("flow", { attributes: { "aperture.source": "sdk" } })
        .end();
      const told: number[] = [];
      exporter.export(spans.getFinishedSpans(), ({ code }) => {
        told.push(code);
        throw new Error("not now");
      });
      await exporter.shutdown();
      expect(told).to.deep.equal([0]);
      expect(agent.callsOf("Export")).to.have.length(1);
      expect(logger.messages).to.deep.equal(["the callback of an export threw: not now"]);
    } finally {
      await agent.stop();
    }
  });
});
