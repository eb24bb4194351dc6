import { context, trace } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { expect } from "chai";
import { connected } from "../grpc/connected.ts";

describe("regression: a client took over the application's tracing", () => {
  it("registers no provider of its own", () =>
    connected(async ({ client }) => {
      await (await client.startFlow("checkout")).end();
      const provider = new BasicTracerProvider();
      try {
        expect(trace.setGlobalTracerProvider(provider), "nobody else has registered one").to.equal(true);
      } finally {
        trace.disable();
      }
    }));

  it("leaves no span of its own in the application's traces", async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    await connected(async ({ agent, client }) => {
      const span = provider.getTracer("app").startSpan("request");
      await context.with(trace.setSpan(context.active(), span), async () => (await client.startFlow("checkout")).end());
      span.end();
      await client.shutdown();
      expect(exporter.getFinishedSpans().map(({ name }) => name)).to.deep.equal(["request"]);
      expect(agent.flows).to.have.length(1);
    });
  });
});
