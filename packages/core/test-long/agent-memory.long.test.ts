import { expect } from "chai";
import { ApertureClient } from "../src/client.ts";
import { failOpenReasonOf } from "../src/contract/errors.ts";
import type { FlowRecord } from "../src/contract/flow-record.ts";
import { FlowStatus } from "../src/contract/flow-status.ts";
import { connectAgent, type GrpcControl } from "../src/grpc/index.ts";
import { accepted } from "../src/testing/index.ts";
import { startAgentProcess } from "../test/grpc/agent-process.ts";
import { tcpPeer } from "../test/grpc/rude-peer.ts";
import { overEachTransport } from "../test/grpc/transports.ts";
import { lease } from "../test/sample-decision.ts";
import { heldBytes } from "./held-bytes.ts";

const MEGABYTE = 2 ** 20;
const QUIET = { warn: () => undefined };

overEachTransport("a burst of flows while their agent hangs", (transport) => {
  const BURST = 100_000;
  const MOST_WHILE_WAITING = 50 * MEGABYTE;
  const MOST_AFTERWARDS = 5 * MEGABYTE;

  it("takes bounded memory, and gives it back", async () => {
    const agent = await startAgentProcess();
    const client = new ApertureClient({
      address: agent.address,
      insecure: true,
      transport,
      telemetry: false,
      logger: QUIET,
    });
    const burst = async (timeoutMs: number) => {
      for (let flows = 0; flows < BURST; flows += 1) {
        void client.startFlow("checkout", { timeoutMs, labels: { user: `user ${flows}` } }).then((flow) => flow.end());
        if (flows % 1000 === 0) await new Promise(setImmediate);
      }
    };
    const allEnded = async () => {
      while (client.counts.open > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    try {
      expect(await client.ready()).to.equal(true);
      await burst(5000);
      await allEnded();
      const before = await heldBytes();
      const warm = client.counts;
      agent.child.kill("SIGSTOP");
      // Longer than the burst takes on a slow machine: once some have timed out, the rest would not be asked for at all.
      await burst(8000);
      const waiting = (await heldBytes()) - before;
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      await allEnded();
      const { saturated = 0, timeout = 0 } = client.counts.unreachable;
      expect(timeout).to.equal(1000);
      expect(saturated - (warm.unreachable.saturated ?? 0)).to.equal(BURST - timeout);
      expect(waiting).to.be.below(MOST_WHILE_WAITING);
      expect((await heldBytes()) - before).to.be.below(MOST_AFTERWARDS);
    } finally {
      await agent.kill();
      await client.shutdown({ timeoutMs: 200 });
    }
  });
});

overEachTransport("ends while their agent hangs", (transport) => {
  const ENDS = 20_000;
  const MOST_WAITING = 10_000;
  const MOST_BYTES = 100 * MEGABYTE;

  it("wait in a bounded number, and in bounded memory", async () => {
    const peer = await tcpPeer(() => undefined);
    const control = connectAgent({ address: peer.address, insecure: true, transport, logger: QUIET });
    const reasons = new Map<string, number>();
    const end = (index: number) =>
      control.end({ controlPoint: "checkout", leases: [lease(String(index))] }, { timeoutMs: 5000 }).catch((cause) => {
        const reason = failOpenReasonOf(cause);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      });
    try {
      const before = await heldBytes();
      const ending = Array.from({ length: ENDS }, (_, index) => end(index));
      expect((await heldBytes()) - before).to.be.below(MOST_BYTES);
      await Promise.all(ending);
      expect(reasons.get("saturated")).to.equal(ENDS - MOST_WAITING);
      expect([...reasons.keys()].sort()).to.deep.equal(["saturated", "timeout"]);
      expect((await heldBytes()) - before).to.be.below(5 * MEGABYTE);
    } finally {
      await control.close();
      await peer.close();
    }
  });
});

overEachTransport("telemetry that nobody takes", (transport) => {
  const WARM_UP = 30_000;
  const FLOWS = 300_000;
  const MOST_QUEUED = 4096;
  const MOST_ON_THE_WAY = 1000;
  const MOST_BYTES = 10 * MEGABYTE;
  const response = accepted();
  const record: FlowRecord = {
    controlPoint: "checkout",
    response,
    status: FlowStatus.OK,
    startMs: 1,
    workloadStartMs: 2,
    endMs: 3,
    httpStatusCode: 200,
  };

  async function report(control: GrpcControl, flows: number): Promise<void> {
    for (let flow = 0; flow < flows; flow += 1) {
      control.recordFlow?.(record);
      if (flow % 100 === 0) await new Promise(setImmediate);
    }
  }

  const places = {
    "because nobody is there": async () => ({ address: "127.0.0.1:1", close: async () => undefined }),
    "because the agent hangs": () => tcpPeer(() => undefined),
  };
  for (const [why, place] of Object.entries(places)) {
    it(`is dropped and counted beyond a bounded queue, ${why}`, async () => {
      const peer = await place();
      const control = connectAgent({ address: peer.address, insecure: true, transport, logger: QUIET });
      try {
        await report(control, WARM_UP);
        const before = await heldBytes();
        await report(control, FLOWS);
        expect((await heldBytes()) - before).to.be.below(MOST_BYTES);
        const reported = WARM_UP + FLOWS;
        const { sent, dropped, queued } = control.exportCounts;
        expect(sent).to.equal(0);
        expect(queued).to.be.at.most(MOST_QUEUED);
        expect(dropped).to.be.within(reported - MOST_QUEUED - MOST_ON_THE_WAY, reported);
      } finally {
        await control.close();
        await peer.close();
      }
    });
  }
});
