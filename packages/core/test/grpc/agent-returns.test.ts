import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { connectAgent } from "../../src/grpc/index.ts";
import { FakeAgent } from "../../src/testing/grpc/index.ts";
import { rejected } from "../../src/testing/index.ts";
import { untilFlow } from "./connected.ts";
import { countedCalls } from "./counted-calls.ts";
import { findsMovedAgent } from "./moved-agent.ts";
import { overEachTransport } from "./transports.ts";

const CLIENTS = 50;
const CHECK = { controlPoint: "checkout", labels: {}, rampMode: false, expectEnd: true };
const QUIET = { warn: () => undefined };

overEachTransport("an agent that is away", (transport) => {
  it("is asked once a second, by a call that finds out why; other flows are told the same at once", async () => {
    const agent = await FakeAgent.start();
    await agent.stop();
    const client = new ApertureClient({
      address: agent.address,
      insecure: true,
      transport,
      logger: QUIET,
      timeoutMs: 5000,
    });
    const calls = await countedCalls(transport);
    const agents: FakeAgent[] = [];
    try {
      const messages = new Set<string | undefined>();
      for (let flows = 0; flows < 200; flows += 1) {
        const flow = await client.startFlow("checkout");
        expect([flow.shouldRun(), flow.failOpenReason]).to.deep.equal([true, "unavailable"]);
        messages.add(flow.error()?.message);
      }
      expect(calls.count).to.be.within(1, 20);
      expect([...messages]).to.have.length(1);
      expect([...messages][0]).to.match(/Check: UNAVAILABLE.*ECONNREFUSED/);
      agents.push(await FakeAgent.start({ address: agent.address, answers: [rejected()] }));
      await untilFlow(client, ({ decision }) => decision === "rejected");
    } finally {
      calls.stop();
      await client.shutdown({ timeoutMs: 200 });
      for (const next of agents) await next.stop();
    }
  });
});

overEachTransport("the clients of an agent that comes back", (transport) => {
  it("do not all come at the same moment", async () => {
    const agent = await FakeAgent.start();
    const connections = Array.from({ length: CLIENTS }, () =>
      connectAgent({ address: agent.address, insecure: true, transport, telemetry: false, logger: QUIET }),
    );
    for (const connection of connections) expect(await connection.ready(5000)).to.equal(true);
    await agent.stop();
    const refused = await Promise.allSettled(connections.map((connection) => connection.check(CHECK)));
    expect(new Set(refused.map(({ status }) => status))).to.deep.equal(new Set(["rejected"]));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const next = await FakeAgent.start({ address: agent.address });
    const tenthsOfSeconds = new Set<number>();
    const back = async (connection: (typeof connections)[number]) => {
      expect(await connection.ready(10_000)).to.equal(true);
      tenthsOfSeconds.add(Math.floor(performance.now() / 100));
    };
    try {
      await Promise.all(connections.map(back));
      // Without chance in the pauses between their attempts it would be one, or two.
      expect(tenthsOfSeconds.size).to.be.at.least(5);
    } finally {
      await Promise.all(connections.map((connection) => connection.close()));
      await next.stop();
    }
  });
});

describe("an agent behind a name", () => {
  it("is found where the name leads now, over grpc-js", () =>
    findsMovedAgent({ channelOptions: { "grpc.dns_min_time_between_resolutions_ms": 50 } }));

  it("is found where the name leads now, over http2", () => findsMovedAgent({ transport: "http2" }));
});
