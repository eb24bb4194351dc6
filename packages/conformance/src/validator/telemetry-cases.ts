import { Buffer } from "node:buffer";
import { type ApertureClient, FlowStatus } from "@aperture-flow/core";
import { accepted, rejected } from "@aperture-flow/core/testing";
import type { ReportedSpan } from "@aperture-flow/core/testing/grpc";
import { expect } from "chai";
import type { Route } from "../adapter-suite/app-description.ts";
import { OK, STATUS, THROWS } from "../adapter-suite/routes.ts";
import { until } from "../adapter-suite/until.ts";
import { lending, type OpenAgentApp } from "./agent-app.ts";

const TIMES = ["aperture.flow_start_timestamp", "aperture.workload_start_timestamp", "aperture.flow_end_timestamp"];

/** What an agent is told of each flow that it has answered. */
export function telemetryCases(open: OpenAgentApp): void {
  it("is one span a flow, with all that agents of any age read", async () => {
    const answers = [rejected(), lending()];
    const app = await open({ routes: [OK, THROWS], agent: { answers } });
    const beforeMs = Date.now();
    expect(await app.statuses(2, { path: "/ok" })).to.deep.equal([429, 200]);
    expect(await app.statuses(1, { path: "/throws" })).to.deep.equal([500]);
    await app.settled();
    const { spans, flows } = app.agent;
    expect(spans.map(({ name }) => name)).to.deep.equal(Array(3).fill("Aperture Check"));
    for (const span of spans) expectWhole(span, beforeMs);
    expect(spans.map(({ attributes }) => attributes["aperture.flow.status"])).to.deep.equal(["Unset", "OK", "Error"]);
    expect(spans.map(({ attributes }) => attributes["http.status_code"])).to.deep.equal([undefined, "200", "500"]);
    // The service could read every one of them.
    expect(flows.map(({ response }) => response.accepted)).to.deep.equal([false, true, true]);
  });

  it("is one span a flow that was asked by http, too", async () => {
    const app = await open({ routes: [OK], options: { rpc: "http" }, agent: { answers: [rejected(), lending()] } });
    const beforeMs = Date.now();
    expect(await app.statuses(2, { path: "/ok" })).to.deep.equal([429, 200]);
    await app.settled();
    for (const span of app.agent.spans) expectWhole(span, beforeMs);
    const told = app.agent.flows.map(({ controlPoint, response }) => [controlPoint, response.accepted]);
    expect(told).to.deep.equal([
      ["api", false],
      ["api", true],
    ]);
  });

  it("arrives without a shutdown, too", async () => {
    const app = await open({ routes: [STATUS] });
    await app.statuses(100, { path: "/status/200" });

    await until(() => app.agent.spans.length === 100, "telemetry");
  });

  it("has no cached value in it", async () => {
    const secret = "a cached secret";
    const cache = { result: { hit: true, value: Buffer.from(secret) }, global: new Map() };
    const looksUp: Route = { ...OK, work: (visit) => useCache(app.client).then((body) => visit.send({ body })) };
    const app = await open({ routes: [looksUp], agent: { answers: [accepted(), accepted({ cache })] } });
    expect((await app.request({ path: "/ok" })).body).to.equal(secret);
    await app.settled();
    expect(app.agent.spans).to.have.length(2);
    for (const { attributes } of app.agent.spans) {
      const answer = Buffer.from(String(attributes["aperture.check_response"]), "base64");
      expect(answer.includes(secret)).to.equal(false);
    }
  });

  it("is nothing of flows that nobody decided", async () => {
    const app = await open({ routes: [OK], agent: { answers: [new Error("no"), accepted()] } });
    expect(await app.statuses(2, { path: "/ok" })).to.deep.equal([200, 200]);
    await app.settled();
    expect(app.agent.spans).to.have.length(1);
  });
}

async function useCache(client: ApertureClient): Promise<string> {
  const flow = await client.startFlow("cached", { resultCacheKey: "answer" });
  try {
    return String(flow.resultCache().getValue());
  } finally {
    flow.setStatus(FlowStatus.OK);
    await flow.end();
  }
}

function expectWhole({ attributes }: ReportedSpan, beforeMs: number): void {
  expect(attributes["aperture.source"]).to.equal("sdk");
  expect(attributes["aperture.check_response"]).to.match(/^[0-9A-Za-z+/]+=*$/);
  const times = TIMES.map((name) => {
    const nanos = attributes[name];
    const ms = attributes[`${name}_ms`];
    // Integers come as texts: a double would be read as 0.
    expect([typeof nanos, typeof ms], name).to.deep.equal(["string", "string"]);
    expect(BigInt(String(nanos)) / 1_000_000n, name).to.equal(BigInt(String(ms)));
    return BigInt(String(nanos));
  });
  const [start = 0n, workload = 0n, end = 0n] = times;
  expect(start >= BigInt(beforeMs - 1) * 1_000_000n, "the flow starts now").to.equal(true);
  expect(start <= workload && workload <= end, `in order: ${times.join(", ")}`).to.equal(true);
}
