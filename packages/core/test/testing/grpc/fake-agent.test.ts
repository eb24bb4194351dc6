import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { ApertureClient } from "../../../src/client.ts";
import { FakeAgent, type FakeAgentOptions } from "../../../src/testing/grpc/index.ts";
import { accepted, rejected, ScriptedControl } from "../../../src/testing/index.ts";

async function asking(
  options: FakeAgentOptions,
  work: (agent: FakeAgent, client: ApertureClient) => Promise<void>,
): Promise<void> {
  const agent = await FakeAgent.start(options);
  const quiet = { warn: () => undefined };
  const client = new ApertureClient({ address: agent.address, insecure: true, timeoutMs: 10_000, logger: quiet });
  try {
    await work(agent, client);
  } finally {
    await client.shutdown({ timeoutMs: 200 });
    await agent.stop();
  }
}

describe("FakeAgent", () => {
  it("accepts everything, and remembers it", () =>
    asking({}, async (agent, client) => {
      expect((await client.startFlow("checkout", { labels: { user: "alice" } })).decision).to.equal("accepted");
      expect(agent.script.checks.map(({ controlPoint }) => controlPoint)).to.deep.equal(["checkout"]);
      const [call] = agent.calls;
      expect(call?.method).to.equal("Check");
      expect(call?.request).to.deep.include({ control_point: "checkout", labels: { user: "alice" } });
      expect(call?.timeoutMs).to.be.within(1, 10_000);
    }));

  it("answers from its list, to which answers can be added", () =>
    asking({ answers: [rejected()] }, async (agent, client) => {
      agent.script.add(accepted());
      const decisions = [];
      for (let flows = 0; flows < 3; flows += 1) decisions.push((await client.startFlow("checkout")).decision);
      expect(decisions).to.deep.equal(["rejected", "accepted", "accepted"]);
    }));

  it("lets another control decide", () => {
    const control = new ScriptedControl(rejected());
    return asking({ control }, async (agent, client) => {
      expect((await client.startFlow("checkout")).decision).to.equal("rejected");
      expect([control.checks.length, agent.script.checks.length]).to.deep.equal([1, 0]);
    });
  });

  it("misbehaves call by call", () =>
    asking({}, async (agent, client) => {
      agent.behave(({ request }) => ("ramp_mode" in request ? { status: status.UNAVAILABLE } : undefined));
      const reasons = [];
      for (const rampMode of [true, false]) {
        reasons.push((await client.startFlow("checkout", { rampMode })).failOpenReason);
      }
      expect(reasons).to.deep.equal(["unavailable", undefined]);
      agent.behave({ delayMs: 30 });
      const before = performance.now();
      await client.startFlow("checkout");
      expect(performance.now() - before).to.be.at.least(25);
      agent.behave({ hang: true });
      expect((await client.startFlow("checkout", { timeoutMs: 20 })).failOpenReason).to.equal("timeout");
      expect(agent.callsOf("Check")).to.have.length(4);
    }));

  it("asks for its key", () =>
    asking({ apiKey: "secret" }, async (agent, client) => {
      expect((await client.startFlow("checkout")).failOpenReason).to.equal("unauthenticated");
      expect(agent.script.checks).to.deep.equal([]);
    }));

  it("keeps what is reported of flows", () =>
    asking({}, async (agent, client) => {
      await (await client.startFlow("checkout")).end();
      await client.shutdown();
      expect(agent.flows[0]).to.include({ controlPoint: "checkout", status: "OK" });
      expect(agent.spans[0]?.attributes["aperture.flow.status"]).to.equal("OK");
    }));

  it("says why it cannot listen", async () => {
    const agent = await FakeAgent.start();
    try {
      await FakeAgent.start({ address: agent.address }).then(
        () => expect.fail("two agents listen at one place"),
        (error: Error) => expect(error.message).to.match(/EADDRINUSE|already in use|bind/i),
      );
    } finally {
      await agent.stop();
    }
  });
});
