import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { cutOff, untilDecided } from "./cut-off.ts";
import { overEachTransport } from "./transports.ts";

const QUIET = { warn: () => undefined };

overEachTransport("a connection whose other end has vanished", (transport) => {
  it("is made anew when nothing was answered for half a minute; flows run meanwhile", () =>
    cutOff(
      async (client, proxy) => {
        for (let flows = 0; flows < 5; flows += 1) {
          expect((await client.startFlow("checkout", { timeoutMs: 20 })).failOpenReason).to.equal("timeout");
        }
        expect((await client.startFlow("checkout")).failOpenReason).to.equal("unavailable");
        expect(proxy.connections).to.equal(1);
        const { now } = performance;
        performance.now = () => now.call(performance) + 31_000;
        try {
          expect(await untilDecided(client, 200)).to.have.members(["timeout", "unavailable"]);
          expect(proxy.connections).to.equal(2);
        } finally {
          performance.now = now;
        }
      },
      { transport },
    ));
});

describe("a connection whose other end has vanished", () => {
  it("is found out earlier where the application asked for keepalive", () => {
    const channelOptions = {
      "grpc.keepalive_time_ms": 50,
      "grpc.keepalive_timeout_ms": 50,
      "grpc.keepalive_permit_without_calls": 1,
    };
    return cutOff(
      async (client, proxy) => {
        expect((await client.startFlow("checkout", { timeoutMs: 10_000 })).failOpenReason).to.equal("unavailable");
        await untilDecided(client, 5000);
        expect(proxy.connections).to.equal(2);
      },
      { channelOptions },
    );
  });
});

/** Listens and is frozen: once its short queue of connections is full, the kernel ignores more of them. */
const LISTENER = `
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => process.send(server.address().port));
  process.on("disconnect", () => process.exit());
`;

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

overEachTransport("an agent to which no connection can be made, nor is one refused", (transport) => {
  it("costs a flow its time, and no more", async () => {
    const child = spawn(process.execPath, ["--eval", LISTENER], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    const queued: Socket[] = [];
    try {
      const [port] = (await once(child, "message")) as [number];
      child.kill("SIGSTOP");
      for (let sockets = 0; sockets < 8; sockets += 1) {
        queued.push(connect(port, "127.0.0.1").on("error", () => undefined));
      }
      const client = new ApertureClient({ address: `127.0.0.1:${port}`, insecure: true, transport, logger: QUIET });
      expect(await client.ready(300)).to.equal(false);
      expect(
        queued.filter(({ connecting }) => connecting),
        "the queue was full",
      ).to.not.deep.equal([]);
      expect(client.getState()).to.equal("connecting");
      const flow = await client.startFlow("checkout", { timeoutMs: 50 });
      expect([flow.shouldRun(), flow.failOpenReason]).to.deep.equal([true, "timeout"]);
      await client.shutdown({ timeoutMs: 100 });
    } finally {
      for (const socket of queued) socket.destroy();
      await kill(child);
    }
  });
});
