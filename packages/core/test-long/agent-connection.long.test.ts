import { expect } from "chai";
import fc from "fast-check";
import { ApertureClient } from "../src/client.ts";
import { cutOff, untilDecided } from "../test/grpc/cut-off.ts";
import { findsMovedAgent } from "../test/grpc/moved-agent.ts";
import { answer, framed, http2Peer } from "../test/grpc/rude-peer.ts";
import { overEachTransport } from "../test/grpc/transports.ts";

overEachTransport("a connection whose other end has vanished", (transport) => {
  it("is made anew after half a minute in which every flow ran", () =>
    cutOff(
      async (client, proxy) => {
        const reasons = await untilDecided(client, 100);
        expect(reasons).to.have.members(["timeout", "unavailable"]);
        expect(proxy.connections).to.equal(2);
      },
      { transport },
    ));
});

describe("an agent behind a name", () => {
  it("is found where the name leads now, without half a minute's wait", () => findsMovedAgent()).timeout(25_000);
});

overEachTransport("a hundred thousand answers of rubbish", (transport) => {
  const AT_ONCE = 100;
  const ROUNDS = 1000;
  const bytes = fc.uint8Array({ maxLength: 80 });

  it("each are a decision or none, and every flow goes on", async () => {
    let unread: Uint8Array[] = [];
    const peer = await http2Peer((stream) => {
      answer(stream, framed(unread.pop() ?? new Uint8Array()), { "grpc-status": "0" });
    });
    const logger = { warn: () => undefined };
    const client = new ApertureClient({ address: peer.address, insecure: true, transport, logger, timeoutMs: 10_000 });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(bytes, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (garbage) => {
          unread = garbage;
          const flows = await Promise.all(garbage.map(() => client.startFlow("checkout")));
          for (const flow of flows) expect(flow.decision).to.be.oneOf(["accepted", "rejected", "unreachable"]);
          await Promise.all(flows.map((flow) => flow.end()));
        }),
        { numRuns: ROUNDS },
      );
      expect(client.counts.open).to.equal(0);
      expect(client.counts.unreachable).to.not.have.any.keys("timeout", "internal");
    } finally {
      await client.shutdown({ timeoutMs: 200 });
      await peer.close();
    }
  });
});
