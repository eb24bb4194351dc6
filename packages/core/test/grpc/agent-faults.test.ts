import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { trace } from "@opentelemetry/api";
import { expect } from "chai";
import fc from "fast-check";
import { ApertureClient } from "../../src/client.ts";
import type { ApertureClientOptions } from "../../src/client-options.ts";
import type { FailOpenReason } from "../../src/contract/errors.ts";
import type { FlowParams } from "../../src/flow-params.ts";
import { addFlowControlServices } from "../../src/grpc/index.ts";
import { FakeAgent } from "../../src/testing/grpc/index.ts";
import { accepted, rejected, ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";
import { lease } from "../sample-decision.ts";
import { until } from "./connected.ts";
import { answer, framed, http2Peer, type RudePeer, tcpPeer } from "./rude-peer.ts";
import { connectedOver, overEachTransport, type Transport } from "./transports.ts";

/** A client of something that is no agent; both are gone afterwards. */
function askingOver(transport: Transport) {
  return async (
    peer: RudePeer | string,
    work: (client: ApertureClient, logger: CollectedWarnings) => Promise<void>,
    options: ApertureClientOptions = {},
  ): Promise<void> => {
    const address = typeof peer === "string" ? peer : peer.address;
    const logger = new CollectedWarnings();
    const client = new ApertureClient({ address, insecure: true, logger, telemetry: false, transport, ...options });
    try {
      await work(client, logger);
    } finally {
      await client.shutdown({ timeoutMs: 100 });
      if (typeof peer !== "string") await peer.close();
    }
  };
}

/** Nobody decides: the flow runs, and in ramp mode it does not. */
async function expectFailOpen(client: ApertureClient, reason: FailOpenReason, params: FlowParams = {}): Promise<void> {
  const open = await client.startFlow("checkout", params);
  expect([open.decision, open.shouldRun(), open.failOpenReason]).to.deep.equal(["unreachable", true, reason]);
  const ramp = await client.startFlow("checkout", { ...params, rampMode: true });
  expect([ramp.decision, ramp.shouldRun(), ramp.httpResponseCode()]).to.deep.equal(["unreachable", false, 503]);
  for (const flow of [open, ramp]) expect(await flow.end()).to.deep.equal({ returns: [] });
}

overEachTransport("an agent that is not there", (transport) => {
  const asking = askingOver(transport);
  const connected = connectedOver(transport);
  it("lets flows run from the first one on", () =>
    asking("127.0.0.1:1", async (client, logger) => {
      for (let pairs = 0; pairs < 50; pairs += 1) await expectFailOpen(client, "unavailable", { timeoutMs: 5000 });
      expect(client.counts.unreachable).to.deep.equal({ unavailable: 100 });
      expect(logger.messages).to.have.length(1);
      expect(logger.messages[0]).to.match(/no decision for "checkout" \(unavailable\).*ECONNREFUSED/);
    }));

  it("lets flows run when its name does not resolve", () =>
    asking("no-such-host.invalid:8089", (client) => expectFailOpen(client, "unavailable", { timeoutMs: 5000 }), {
      insecure: false,
    }));

  it("lets flows run when its socket file is missing, and is found when it comes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "aperture-"));
    const address = `unix:${join(folder, "agent.sock")}`;
    let agent: FakeAgent | undefined;
    try {
      await asking(address, async (client) => {
        await expectFailOpen(client, "unavailable", { timeoutMs: 5000 });
        agent = await FakeAgent.start({ address });
        expect(await client.ready()).to.equal(true);
        expect((await client.startFlow("checkout")).decision).to.equal("accepted");
      });
    } finally {
      await agent?.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it("is not looked for through a proxy of the environment", async () => {
    const before = process.env["grpc_proxy"];
    process.env["grpc_proxy"] = "http://127.0.0.1:1";
    try {
      await connected(async ({ client }) => {
        expect((await client.startFlow("checkout")).decision).to.equal("accepted");
      });
    } finally {
      if (before === undefined) delete process.env["grpc_proxy"];
      else process.env["grpc_proxy"] = before;
    }
  });
});

overEachTransport("an agent that dies", (transport) => {
  const connected = connectedOver(transport);
  it("settles the checks that wait for it", () =>
    connected(async ({ agent, client }) => {
      agent.behave({ hang: true });
      const waiting = Array.from({ length: 100 }, () => client.startFlow("checkout"));
      await until(() => agent.calls.length === 100);
      await agent.stop();
      const flows = await Promise.all(waiting);
      expect(new Set(flows.map(({ failOpenReason }) => failOpenReason))).to.deep.equal(new Set(["unavailable"]));
    }));

  it("decides again when it is back", () =>
    connected(async ({ agent, client }) => {
      expect((await client.startFlow("checkout")).decision).to.equal("accepted");
      await agent.stop();
      await expectFailOpen(client, "unavailable");
      const next = await FakeAgent.start({ address: agent.address, answers: [rejected()] });
      try {
        expect(await client.ready()).to.equal(true);
        expect((await client.startFlow("checkout")).decision).to.equal("rejected");
      } finally {
        await next.stop();
      }
    }));

  it("gets back what it lent when it returns within the time of the end", () =>
    connected(
      async ({ agent, client }) => {
        const flow = await client.startFlow("checkout");
        await agent.stop();
        const ending = flow.end();
        const next = await FakeAgent.start({ address: agent.address });
        try {
          expect((await ending).returns[0]?.lease.id).to.equal("a");
          expect(next.callsOf("FlowEnd")).to.have.length(1);
        } finally {
          await next.stop();
        }
      },
      { answers: [accepted({ leases: [lease("a")], decisions: [] })] },
    ));
});

overEachTransport("an agent that hangs", (transport) => {
  const asking = askingOver(transport);
  const connected = connectedOver(transport);
  it("costs each flow its time, until the fifth has lost it", () =>
    connected(async ({ agent, client, logger }) => {
      agent.behave({ hang: true });
      for (let flows = 0; flows < 5; flows += 1) {
        expect((await client.startFlow("checkout", { timeoutMs: 10 })).failOpenReason).to.equal("timeout");
      }
      const flows = await Promise.all(
        Array.from({ length: 200 }, () => client.startFlow("checkout", { timeoutMs: 10_000 })),
      );
      expect(new Set(flows.map(({ failOpenReason }) => failOpenReason))).to.deep.equal(new Set(["unavailable"]));
      expect(agent.calls.length).to.be.at.most(5);
      expect(logger.messages).to.have.length(2);
      expect(logger.messages[1]).to.include("the agent has stopped to answer");
    }));

  it("decides again when it goes on", () =>
    connected(async ({ agent, client }) => {
      agent.behave({ hang: true });
      for (let flows = 0; flows < 6; flows += 1) await client.startFlow("checkout", { timeoutMs: 5 });
      agent.behave({});
      let decision = "unreachable";
      while (decision === "unreachable") {
        await new Promise((resolve) => setTimeout(resolve, 20));
        decision = (await client.startFlow("checkout")).decision;
      }
      expect(decision).to.equal("accepted");
    }));

  it("holds up a bounded number of flows", () =>
    connected(
      async ({ agent, client }) => {
        agent.behave({ hang: true });
        const waiting = Array.from({ length: 20 }, () => client.startFlow("checkout", { timeoutMs: 500 }));
        const flows = await Promise.all(waiting);
        const reasons = flows.map(({ failOpenReason }) => failOpenReason);
        expect(reasons.slice(0, 10)).to.deep.equal(Array(10).fill("timeout"));
        expect(reasons.slice(10)).to.deep.equal(Array(10).fill("saturated"));
      },
      {},
      { mostOutstanding: 10 },
    ));

  it("does not hold up an end for longer than its time", () =>
    connected(
      async ({ agent, client, logger }) => {
        const flow = await client.startFlow("checkout");
        agent.behave({ hang: true });
        expect((await flow.end()).returns).to.deep.equal([
          { lease: lease("a"), returned: false, error: "FlowEnd: no answer in time" },
        ]);
        expect(logger.messages[0]).to.include("could not be given back and will expire");
      },
      { answers: [accepted({ leases: [lease("a")] })] },
      { endTimeoutMs: 50 },
    ));

  it("is given back what it lent, even while it is not asked for decisions", () =>
    connected(
      async ({ agent, client }) => {
        const flow = await client.startFlow("checkout");
        agent.behave(({ method }) => ({ hang: method === "Check" }));
        for (let flows = 0; flows < 5; flows += 1) await client.startFlow("checkout", { timeoutMs: 5 });
        expect((await client.startFlow("checkout")).failOpenReason).to.equal("unavailable");
        await flow.end();
        expect(agent.callsOf("FlowEnd")).to.have.length(1);
      },
      { answers: [accepted({ leases: [lease("a")] })] },
    ));

  it("ignores what is answered too late", () =>
    connected(async ({ agent, client }) => {
      agent.behave({ delayMs: 60 });
      const flow = await client.startFlow("checkout", { timeoutMs: 20 });
      expect(flow.failOpenReason).to.equal("timeout");
      agent.behave({});
      await new Promise((resolve) => setTimeout(resolve, 80));
      expect(flow.decision).to.equal("unreachable");
      expect(client.counts).to.deep.include({ accepted: 0, unreachable: { timeout: 1 } });
    }));

  it("takes TCP connections and never speaks", async () =>
    asking(await tcpPeer(() => undefined), (client) => expectFailOpen(client, "timeout", { timeoutMs: 50 })));
});

overEachTransport("an agent that talks rubbish", (transport) => {
  const asking = askingOver(transport);
  const peers: readonly (readonly [what: string, peer: () => Promise<RudePeer>, reason: FailOpenReason])[] = [
    ["HTTP/1", () => tcpPeer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\nno")), "unavailable"],
    ["noise", () => tcpPeer((socket) => socket.write(Buffer.alloc(1000, 0xff))), "unavailable"],
    ["nothing, and hangs up", () => tcpPeer((socket) => socket.destroy()), "unavailable"],
    [
      "an error page",
      () =>
        http2Peer((stream) => {
          stream.respond({ ":status": 502, "content-type": "text/html" });
          stream.end("<h1>Bad Gateway</h1>");
        }),
      "unavailable",
    ],
    [
      "a status nobody knows",
      () => http2Peer((stream) => answer(stream, framed(Buffer.alloc(0)), { "grpc-status": "999" })),
      "agent-error",
    ],
    [
      "a frame of 4 GB",
      () => http2Peer((stream) => answer(stream, framed(Buffer.from([1]), 0xffff_ffff), { "grpc-status": "0" })),
      "agent-error",
    ],
    [
      "half a message",
      () => http2Peer((stream) => answer(stream, framed(Buffer.from([1]), 10), { "grpc-status": "0" })),
      "agent-error",
    ],
    ["no message", () => http2Peer((stream) => answer(stream, Buffer.alloc(0), { "grpc-status": "0" })), "agent-error"],
    [
      "no protobuf",
      () => http2Peer((stream) => answer(stream, framed(Buffer.from([0xff, 0xff])), { "grpc-status": "0" })),
      "agent-error",
    ],
    [
      "an unknown decision",
      () => http2Peer((stream) => answer(stream, framed(Buffer.from([0x40, 7])), { "grpc-status": "0" })),
      "agent-error",
    ],
  ];
  for (const [what, peer, reason] of peers) {
    it(`such as ${what}`, async () =>
      asking(await peer(), (client) => expectFailOpen(client, reason, { timeoutMs: 5000 })));
  }

  it("such as an empty answer, which admits nothing in ramp mode", async () =>
    asking(
      await http2Peer((stream) => answer(stream, framed(Buffer.alloc(0)), { "grpc-status": "0" })),
      async (client) => {
        expect((await client.startFlow("checkout", { timeoutMs: 5000 })).decision).to.equal("accepted");
        const ramp = await client.startFlow("checkout", { timeoutMs: 5000, rampMode: true });
        expect([ramp.decision, ramp.shouldRun()]).to.deep.equal(["unreachable", false]);
      },
    ));

  it("of any kind", async () => {
    let bytes = Buffer.alloc(0);
    const peer = await http2Peer((stream) => answer(stream, framed(bytes), { "grpc-status": "0" }));
    await asking(peer, (client) =>
      fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (garbage) => {
          bytes = Buffer.from(garbage);
          const flow = await client.startFlow("checkout", { timeoutMs: 5000 });
          expect(flow.decision).to.be.oneOf(["accepted", "rejected", "unreachable"]);
          await flow.end();
        }),
        { numRuns: 200 },
      ),
    );
  });
});

overEachTransport("an agent that refuses", (transport) => {
  const connected = connectedOver(transport);
  for (const [code, reason] of [
    [status.RESOURCE_EXHAUSTED, "agent-error"],
    [status.UNAUTHENTICATED, "unauthenticated"],
    [status.PERMISSION_DENIED, "unauthenticated"],
    [status.INVALID_ARGUMENT, "invalid-argument"],
    [status.DEADLINE_EXCEEDED, "timeout"],
    [status.INTERNAL, "agent-error"],
    [status.UNKNOWN, "agent-error"],
  ] as const) {
    it(`with ${status[code]}`, () =>
      connected(async ({ agent, client }) => {
        agent.behave({ status: code });
        await expectFailOpen(client, reason);
      }));
  }

  it("because of the key, which nobody is told", () =>
    connected(
      async ({ client, logger }) => {
        for (let flows = 0; flows < 10; flows += 1) await expectFailOpen(client, "unauthenticated");
        expect(logger.messages).to.have.length(1);
        expect(logger.messages[0]).to.include("unauthenticated").and.not.include("hunter2");
        const flow = await client.startFlow("checkout");
        expect(JSON.stringify([flow.error(), String(flow.error()), flow.error()?.cause])).to.not.include("hunter2");
      },
      { apiKey: "right" },
      { apiKey: "hunter2" },
    ));

  it("is not asked again for a method that it lacks", () =>
    connected(
      async ({ agent, client }) => {
        agent.behave(({ method }) => (method === "FlowEnd" ? { status: status.UNIMPLEMENTED } : undefined));
        for (let flows = 0; flows < 5; flows += 1) {
          const flow = await client.startFlow("checkout");
          expect(flow.decision).to.equal("accepted");
          expect((await flow.end()).returns[0]?.returned).to.equal(false);
        }
        expect(agent.callsOf("FlowEnd")).to.have.length(1);
      },
      { answers: [accepted({ leases: [lease("a")] })] },
    ));
});

overEachTransport("an agent that closes its connections now and then", (transport) => {
  const asking = askingOver(transport);
  it("is asked on the next one, and nobody notices", async () => {
    const server = new Server({ "grpc.max_connection_age_ms": 40, "grpc.max_connection_age_grace_ms": 500 });
    addFlowControlServices(server, new ScriptedControl());
    const port = await new Promise<number>((resolve) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_, bound) => resolve(bound));
    });
    await asking(`127.0.0.1:${port}`, async (client) => {
      const end = performance.now() + 400;
      while (performance.now() < end) await (await client.startFlow("checkout", { timeoutMs: 5000 })).end();
      const { accepted, unreachable } = client.counts;
      const failed = Object.values(unreachable).reduce((sum, count) => sum + count, 0);
      expect(accepted).to.be.above(20);
      // A call may meet the very moment of the farewell.
      expect(failed).to.be.at.most(Math.ceil(accepted / 50));
    });
    server.forceShutdown();
  });
});

overEachTransport("an absurd timeout", (transport) => {
  const connected = connectedOver(transport);
  for (const timeoutMs of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e9, 2 ** 31, Number.MAX_VALUE] as const) {
    it(`${timeoutMs} is no reason to fail`, () =>
      connected(async ({ client }) => {
        expect((await client.startFlow("checkout", { timeoutMs })).decision).to.equal("accepted");
      }));
  }

  for (const deadline of [500, Number.NaN, new Date(Number.NaN), new Date(8.64e15), Number.MAX_VALUE] as const) {
    it(`deadline ${Number(deadline)} is no reason to fail`, () =>
      connected(async ({ client }) => {
        expect((await client.startFlow("checkout", { grpcCallOptions: { deadline } })).decision).to.equal("accepted");
      }));
  }

  it("is not made of a wall clock that jumps", () =>
    connected(async ({ agent, client }) => {
      const { now } = Date;
      try {
        for (const jumpMs of [3_600_000, -3_600_000]) {
          Date.now = () => now() + jumpMs;
          agent.behave({});
          expect((await client.startFlow("checkout", { timeoutMs: 5000 })).decision).to.equal("accepted");
          const soon = { grpcCallOptions: { deadline: Date.now() + 5000 } };
          expect((await client.startFlow("checkout", soon)).decision).to.equal("accepted");
        }
      } finally {
        Date.now = now;
      }
    }));
});

overEachTransport("two clients", (transport) => {
  const connected = connectedOver(transport);
  it("share nothing, and register no tracer", () =>
    connected(async (first) => {
      const tracer = trace.getTracerProvider();
      await connected(async (second) => {
        for (const { client } of [first, second]) await (await client.startFlow("checkout")).end();
        expect([first.agent.calls.length, second.agent.calls.length]).to.deep.equal([1, 1]);
      });
      expect((await first.client.startFlow("checkout")).decision).to.equal("accepted");
      expect(trace.getTracerProvider()).to.equal(tracer);
    }));
});
