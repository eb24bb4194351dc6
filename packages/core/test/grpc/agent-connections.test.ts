import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { Flow } from "../../src/flow.ts";
import { FakeAgent } from "../../src/testing/grpc/index.ts";
import { until } from "./connected.ts";
import { tcpPeer } from "./rude-peer.ts";
import { type SilentProxy, silentProxy } from "./silent-proxy.ts";
import { overEachTransport, type Transport } from "./transports.ts";

const QUIET = { warn: () => undefined };
const MANY = 64;

/** A client with nothing but checks on its connections, and the way to its agent. */
async function through(
  transport: Transport,
  work: (client: ApertureClient, proxy: SilentProxy) => Promise<void>,
): Promise<void> {
  const agent = await FakeAgent.start();
  const proxy = await silentProxy(agent.address);
  const { address } = proxy;
  const client = new ApertureClient({ address, insecure: true, transport, telemetry: false, logger: QUIET });
  try {
    expect(await client.ready(5000)).to.equal(true);
    await work(client, proxy);
  } finally {
    await client.shutdown({ timeoutMs: 200 });
    await proxy.close();
    await agent.stop();
  }
}

/** So many flows at one time. */
async function atOnce(client: ApertureClient, count: number, timeoutMs = 10_000): Promise<readonly Flow[]> {
  const flows = Array.from({ length: count }, () => client.startFlow("checkout", { timeoutMs }));
  return Promise.all((await Promise.all(flows)).map((flow) => flow.end().then(() => flow)));
}

/** More than an agent says before it has answered any call. */
const ANSWERS = 10_000;

/** Many flows at a time, again and again, until two connections carry them. All must be decided. */
async function untilTwo(client: ApertureClient, proxy: SilentProxy): Promise<void> {
  while (proxy.answered(1) < ANSWERS) {
    expect((await atOnce(client, MANY)).map(({ decision }) => decision)).not.to.include("unreachable");
  }
}

overEachTransport("the connections to an agent", (transport) => {
  it("are one while few calls wait", () =>
    through(transport, async (client, proxy) => {
      for (let turn = 0; turn < 20; turn += 1) await atOnce(client, 8);
      expect(proxy.connections).to.equal(1);
    }));

  it("are two as soon as many do, and no more", () =>
    through(transport, async (client, proxy) => {
      await untilTwo(client, proxy);
      for (let turn = 0; turn < 20; turn += 1) await atOnce(client, 4 * MANY);
      expect(proxy.connections).to.equal(2);
    }));

  it("are one where the second one cannot be made, which nobody notices", () =>
    through(transport, async (client, proxy) => {
      proxy.refuseMore();
      for (let turn = 0; turn < 20; turn += 1) {
        expect((await atOnce(client, MANY)).filter(({ decision }) => decision !== "accepted")).to.deep.equal([]);
      }
      expect([proxy.connections, client.getState()]).to.deep.equal([1, "ready"]);
    }));

  it("are one that is tried where none can be made", async () => {
    let tried = 0;
    const silent = await tcpPeer(() => {
      tried += 1;
    });
    const { address } = silent;
    const client = new ApertureClient({ address, insecure: true, transport, telemetry: false, logger: QUIET });
    try {
      for (let turn = 0; turn < 3; turn += 1) await atOnce(client, MANY, 50);
      expect(tried).to.equal(1);
    } finally {
      await client.shutdown({ timeoutMs: 100 });
      await silent.close();
    }
  });

  it("carry calls as long as one of them does", () =>
    through(transport, async (client, proxy) => {
      await untilTwo(client, proxy);
      proxy.vanish(0);
      const flows = await atOnce(client, MANY, 500);
      expect(flows.some(({ decision }) => decision === "accepted")).to.equal(true);
      expect(flows.every((flow) => flow.shouldRun())).to.equal(true);
    }));

  it("are made anew, each by itself, when nothing was answered on it for half a minute", () =>
    through(transport, async (client, proxy) => {
      await untilTwo(client, proxy);
      proxy.vanish(1);
      await atOnce(client, MANY, 100);
      const { now } = performance;
      performance.now = () => now.call(performance) + 31_000;
      try {
        await atOnce(client, MANY, 100);
        await until(() => proxy.connections === 3);
        expect((await atOnce(client, 1))[0]?.decision).to.equal("accepted");
      } finally {
        performance.now = now;
      }
    }));
});
