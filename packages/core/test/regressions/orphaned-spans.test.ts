import { Buffer } from "node:buffer";
import { context, trace } from "@opentelemetry/api";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { expect } from "chai";
import type { WireExportRequest } from "../../src/grpc/wire/messages.ts";
import { connected } from "../grpc/connected.ts";

describe("regression: what an agent was told of a flow was a child of a span that the agent never saw", () => {
  it("belongs to no trace of the application", () =>
    connected(async ({ agent, client }) => {
      const span = new BasicTracerProvider().getTracer("app").startSpan("request");
      await context.with(trace.setSpan(context.active(), span), async () => (await client.startFlow("checkout")).end());
      span.end();
      await client.shutdown();
      const [call] = agent.callsOf("Export");
      const { resource_spans = [] } = (call?.request ?? {}) as WireExportRequest;
      const [reported] = resource_spans[0]?.scope_spans?.[0]?.spans ?? [];
      expect(reported?.name).to.equal("Aperture Check");
      expect(reported?.parent_span_id).to.equal(undefined);
      const traceId = Buffer.from(reported?.trace_id ?? []).toString("hex");
      expect(traceId)
        .to.match(/^[0-9a-f]{32}$/)
        .and.not.equal(span.spanContext().traceId);
    }));
});
