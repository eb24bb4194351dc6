import { expect } from "chai";
import { decisionFromWire } from "../../src/grpc/wire/decision.ts";
import { rejected } from "../../src/testing/index.ts";
import { connected } from "../grpc/connected.ts";
import { decision } from "../sample-decision.ts";

describe("regression: a wait of 2 s and 5 ms was reported as one of 2.5 s, and one below 0 lost the report", () => {
  const waits: readonly (readonly [waitMs: number, reportedMs: number])[] = [
    [2005, 2005],
    [2500, 2500],
    [0.001, 0.001],
    [-1.5, 0],
    [Number.NaN, 0],
  ];
  for (const [waitMs, reportedMs] of waits) {
    it(`reports ${reportedMs} ms where the wait was ${waitMs} ms`, () =>
      connected(
        async ({ agent, client }) => {
          await (await client.startFlow("checkout")).end();
          await client.shutdown();
          const [flow] = agent.flows;
          expect(flow?.response).to.include({ accepted: false, waitMs: reportedMs });
          expect(flow?.response.decisions[0]?.waitMs).to.equal(reportedMs);
        },
        { answers: [rejected({ waitMs, decisions: [decision({ dropped: true, waitMs })] })] },
      ));
  }

  it("takes a wait below 0 on the wire for none", () => {
    const wire = { wait_time: { seconds: "-2", nanos: -5_000_000 }, rate_limiter_info: {} };
    expect(decisionFromWire(wire)?.waitMs).to.equal(0);
  });
});
