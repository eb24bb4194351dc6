import { Buffer } from "node:buffer";
import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { Accepted } from "../../src/contract/check.ts";
import { FlowStatus, LookupStatus } from "../../src/contract/flow-status.ts";
import { accepted, rejected } from "../../src/testing/index.ts";
import { decision, lease } from "../sample-decision.ts";
import { until } from "./connected.ts";
import { connectedOver, overEachTransport } from "./transports.ts";

/** An admission that holds something. */
function lending(...ids: string[]): Accepted {
  const leases = ids.map(lease);
  const decisions = leases.map((held) => decision({ kind: "concurrency-limiter", lease: held }));
  return accepted({ leases, decisions });
}

overEachTransport("a client of an agent", (transport) => {
  const connected = connectedOver(transport);
  it("asks with what the flow says, and the key", () =>
    connected(
      async ({ agent, client }) => {
        const flow = await client.startFlow("checkout", { labels: { user: "alice", tries: 3 }, rampMode: true });
        expect(flow.decision).to.equal("accepted");
        await flow.end();
        const [call] = agent.callsOf("Check");
        expect(call?.metadata).to.include({ "x-api-key": "secret" });
        expect(call?.timeoutMs).to.be.within(1, 10_000);
        expect(call?.request).to.deep.include({
          control_point: "checkout",
          labels: { region: "eu", user: "alice", tries: "3" },
          ramp_mode: true,
          expect_end: true,
        });
      },
      { apiKey: "secret" },
      { apiKey: "secret", labels: { region: "eu" } },
    ));

  it("understands a rejection", () =>
    connected(
      async ({ client }) => {
        const flow = await client.startFlow("checkout");
        expect(flow.shouldRun()).to.equal(false);
        expect(flow).to.include({ decision: "rejected", rejectReason: "rate-limited" });
        expect([flow.httpResponseCode(), flow.retryAfterMs()]).to.deep.equal([429, 1500.5]);
        await flow.end();
      },
      { answers: [rejected({ waitMs: 1500.5 })] },
    ));

  it("gives back what a flow held, once", () =>
    connected(
      async ({ agent, client }) => {
        const flow = await client.startFlow("checkout");
        const [first, second] = await Promise.all([flow.end(), flow.end()]);
        expect(first).to.equal(second);
        expect(first.returns.map(({ lease, returned }) => [lease.id, returned])).to.deep.equal([
          ["a", true],
          ["b", true],
        ]);
        expect(agent.callsOf("FlowEnd")).to.have.length(1);
        expect(agent.script.heldLeases).to.deep.equal([]);
        expect(agent.callsOf("FlowEnd")[0]?.timeoutMs).to.be.within(1, 2000);
      },
      { answers: [lending("a", "b")] },
    ));

  it("sends no end for a flow that holds nothing", () =>
    connected(
      async ({ agent, client }) => {
        for (let flows = 0; flows < 2; flows += 1) await (await client.startFlow("checkout")).end();
        expect(agent.calls.map(({ method }) => method)).to.deep.equal(["Check", "Check"]);
      },
      { answers: [accepted(), rejected()] },
    ));

  it("reads and writes caches", () =>
    connected(async ({ agent, client }) => {
      const params = { resultCacheKey: "r", globalCacheKeys: ["g"] };
      const cold = await client.startFlow("checkout", params);
      expect(cold.checkResponse()).to.have.property("cache");
      expect(cold.resultCache().getLookupStatus()).to.equal(LookupStatus.Miss);
      const value = Buffer.from([0, 128, 255]);
      const writes = [cold.setResultCache({ value, ttl: 1000 }), cold.setGlobalCache("g", { value: "", ttl: 1000 })];
      for (const write of writes) expect((await write).getError()).to.equal(undefined);
      await cold.end();
      const found = await agent.script.cacheLookup({ controlPoint: "checkout", resultKey: "r", globalKeys: ["g"] });
      expect(found.result?.value).to.deep.equal(value);
      expect(found.global.get("g")?.value).to.have.length(0);
      const warm = await client.startFlow("checkout", params);
      expect((await warm.deleteResultCache()).getError()).to.equal(undefined);
      expect((await warm.deleteGlobalCache("g")).getError()).to.equal(undefined);
      await warm.end();
      expect(agent.script.cacheLookup({ controlPoint: "checkout", resultKey: "r" }).result?.hit).to.equal(false);
      expect(agent.callsOf("CacheUpsert").map(({ timeoutMs = 0 }) => timeoutMs <= 2000)).to.deep.equal([true, true]);
    }));

  it("cancels the check of a caller that no longer waits", () =>
    connected(async ({ agent, client }) => {
      let agentsSignal: AbortSignal | undefined;
      agent.script.add((_, call) => {
        agentsSignal = call.signal;
        return new Promise(() => undefined);
      });
      const controller = new AbortController();
      const starting = client.startFlow("checkout", { signal: controller.signal });
      await until(() => agentsSignal !== undefined);
      controller.abort();
      const flow = await starting;
      expect(flow).to.include({ decision: "unreachable", failOpenReason: "cancelled" });
      await until(() => agentsSignal?.aborted === true);
      await flow.end();
      expect((await client.startFlow("checkout", { signal: controller.signal })).failOpenReason).to.equal("cancelled");
    }));

  it("leaves no listener on a signal", () =>
    connected(async ({ client }) => {
      const { signal } = new AbortController();
      let listeners = 0;
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
        listeners += 1;
        addEventListener.apply(signal, args);
      };
      signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
        listeners -= 1;
        removeEventListener.apply(signal, args);
      };
      await (await client.startFlow("checkout", { signal })).end();
      expect(listeners).to.equal(0);
    }));

  it("reports every answered flow, and no other", () =>
    connected(
      async ({ agent, client }) => {
        const first = await client.startFlow("checkout");
        first.setStatus(FlowStatus.Error);
        first.setHttpStatusCode(502);
        await first.end();
        await (await client.startFlow("checkout")).end();
        agent.behave({ status: status.INTERNAL });
        await (await client.startFlow("checkout")).end();
        agent.behave({});
        await client.shutdown();
        expect(agent.flows.map((flow) => [flow.controlPoint, flow.status, flow.response.accepted])).to.deep.equal([
          ["checkout", "Error", true],
          ["checkout", "OK", false],
        ]);
        const [flow] = agent.flows;
        expect(flow?.response.decisions[0]?.lease?.id).to.equal("a");
        expect(flow?.startMs).to.be.at.most(flow?.workloadStartMs ?? 0);
        expect(flow?.workloadStartMs).to.be.at.most(flow?.endMs ?? 0);
        expect(agent.spans[0]?.name).to.equal("Aperture Check");
        expect(agent.spans[0]?.attributes).to.include({ "http.status_code": "502", "aperture.source": "sdk" });
        expect(agent.callsOf("Export")[0]?.metadata).to.include({ "x-api-key": "secret" });
      },
      { answers: [lending("a"), rejected()], apiKey: "secret" },
      { apiKey: "secret" },
    ));

  it("reports nothing of what a cache held", () =>
    connected(
      async ({ agent, client }) => {
        for (const resultCacheKey of ["r", undefined]) await (await client.startFlow("c", { resultCacheKey })).end();
        await client.shutdown();
        const [cached, plain] = agent.flows.map(({ response }) => response as Accepted);
        expect(cached?.cache?.result).to.deep.include({ hit: true });
        expect(cached?.cache?.result?.value).to.have.length(0);
        expect(plain?.cache).to.equal(undefined);
        expect(JSON.stringify(agent.spans)).to.not.include(Buffer.from("treasure").toString("base64").slice(2, 9));
      },
      {
        answers: [
          accepted({ cache: { result: { hit: true, value: Buffer.from("treasure") }, global: new Map() } }),
          accepted(),
        ],
      },
    ));

  it("reports nothing where telemetry is off", () =>
    connected(
      async ({ agent, client }) => {
        await (await client.startFlow("checkout")).end();
        await client.shutdown();
        expect(agent.callsOf("Export")).to.deep.equal([]);
      },
      {},
      { telemetry: false },
    ));

  it("says how its connection stands", async () => {
    const client = new ApertureClient({
      address: "127.0.0.1:1",
      insecure: true,
      transport,
      logger: { warn: () => undefined },
    });
    expect(client.getState()).to.equal("idle");
    expect(await client.ready(50)).to.equal(false);
    expect(client.getState()).to.be.oneOf(["connecting", "failing", "idle"]);
    await client.shutdown();
    expect(client.getState()).to.equal("closed");
    expect(await client.ready()).to.equal(false);
    await connected(async ({ client }) => {
      expect(await client.ready()).to.equal(true);
      expect(client.getState()).to.equal("ready");
    });
  });

  it("waits for open flows when it is shut down, and takes no new ones", () =>
    connected(
      async ({ agent, client }) => {
        const flow = await client.startFlow("checkout");
        const closing = client.shutdown();
        expect(client.shutdown()).to.equal(closing);
        const late = await client.startFlow("checkout");
        expect(late.failOpenReason).to.equal("closed");
        await late.end();
        expect((await flow.end()).returns[0]?.returned).to.equal(true);
        await closing;
        expect(agent.flows).to.have.length(1);
      },
      { answers: [lending("a")] },
    ));

  it("is shut down within its time though flows never end, and what they held is then said to be lost", () =>
    connected(
      async ({ client }) => {
        const flows = await Promise.all(Array.from({ length: 500 }, () => client.startFlow("checkout")));
        await client.shutdown({ timeoutMs: 100 });
        expect(client.counts.open).to.equal(500);
        expect(client.getState()).to.equal("closed");
        for (const flow of flows) expect((await flow.end()).returns[0]).to.include({ returned: false });
        expect(client.counts.open).to.equal(0);
      },
      { answers: [lending("a")] },
    ));

  it("is made from the environment, where options that are given win", () =>
    connected(async ({ agent }) => {
      const before = { ...process.env };
      Object.assign(process.env, {
        APERTURE_AGENT_ADDRESS: agent.address,
        APERTURE_API_KEY: "from-env",
        APERTURE_AGENT_INSECURE: "true",
      });
      try {
        for (const options of [{}, { apiKey: "given" }]) {
          const client = ApertureClient.fromEnv({ ...options, transport, telemetry: false, timeoutMs: 10_000 });
          expect((await client.startFlow("checkout")).decision).to.equal("accepted");
          await client.shutdown({ timeoutMs: 100 });
        }
        expect(agent.calls.map(({ metadata }) => metadata["x-api-key"])).to.deep.equal(["from-env", "given"]);
      } finally {
        process.env = before;
      }
      expect(() => ApertureClient.fromEnv()).to.throw("needs the address of an agent");
    }));
});

overEachTransport("a client with a whole HTTP request", (transport) => {
  const connected = connectedOver(transport);
  const request = {
    method: "POST",
    path: "/pay?amount=5",
    host: "shop.test",
    scheme: "https",
    protocol: "HTTP/1.1",
    size: 2,
    headers: { baggage: "user=mallory", "x-plan": "gold" },
  };

  it("asks with CheckHTTP, its labels before those of the request", () =>
    connected(
      async ({ agent, client }) => {
        const http = { request, source: { address: "10.0.0.1", port: 5 } };
        const flow = await client.startFlow("checkout", { http, labels: { user: "alice", "http.route": "/pay" } });
        expect(flow).to.include({ decision: "rejected", rejectReason: "no-tokens" });
        expect([flow.httpResponseCode(), flow.retryAfterMs()]).to.deep.equal([503, 1000]);
        await flow.end();
        const [call] = agent.callsOf("CheckHTTP");
        expect(call?.request).to.deep.include({ control_point: "checkout", expect_end: true });
        expect(agent.script.httpChecks[0]?.http).to.include({ method: "POST", path: "/pay?amount=5" });
        expect(agent.script.httpChecks[0]?.labels).to.include({ user: "alice", "http.route": "/pay" });
        await client.shutdown();
        expect(agent.flows[0]?.response).to.include({ accepted: false, reason: "no-tokens" });
      },
      { answers: [rejected({ reason: "no-tokens", status: 503, waitMs: 1000 })] },
    ));

  it("gives back what it held", () =>
    connected(
      async ({ agent, client }) => {
        const flow = await client.startFlow("checkout", { http: { request } });
        expect(flow.decision).to.equal("accepted");
        expect((await flow.end()).returns).to.have.length(1);
        expect(agent.script.heldLeases).to.deep.equal([]);
      },
      { answers: [lending("a")] },
    ));

  it("says which labels could not be sent", () =>
    connected(async ({ client, logger }) => {
      await client.startFlow("checkout", { http: { request }, labels: { "not a token": "1" } });
      expect(logger.messages).to.deep.equal(["labels that CheckHTTP cannot carry were left out: not a token"]);
    }));
});
