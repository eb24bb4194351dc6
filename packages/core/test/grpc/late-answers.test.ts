import type { Buffer } from "node:buffer";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { type Arrival, LateAnswers } from "../../src/grpc/late-answers.ts";
import { WIRE } from "../../src/grpc/wire/load-proto.ts";
import { accepted, ScriptedControl } from "../../src/testing/index.ts";
import { lease } from "../sample-decision.ts";
import { until } from "./connected.ts";
import { answer, framed, http2Peer } from "./rude-peer.ts";
import { serving } from "./serving.ts";
import { overEachTransport } from "./transports.ts";

/** How an answer misses its flow, and how long the flow waits. */
const MISSES = {
  "in time, but cut off by its deadline": { status: "4", delayMs: 0, timeoutMs: 5000 },
  late: { status: "0", delayMs: 60, timeoutMs: 20 },
};

/** As an agent answers a check whose flow it lends something. */
async function lendingAnswers(): Promise<Readonly<Record<string, Buffer>>> {
  const answers: Record<string, Buffer> = {};
  await serving(new ScriptedControl(accepted({ leases: [lease("a")] })), async (client) => {
    const asked = { control_point: "checkout", expect_end: true };
    answers["Check"] = WIRE.check.responseSerialize(await client.call(WIRE.check, asked));
    answers["CheckHTTP"] = WIRE.checkHttp.responseSerialize(await client.call(WIRE.checkHttp, asked));
  });
  return answers;
}

overEachTransport("an answer that comes when the flow no longer waits", (transport) => {
  const request = {
    method: "GET",
    path: "/",
    host: "shop.test",
    scheme: "http",
    protocol: "HTTP/1.1",
    size: -1,
    headers: {},
  };
  const methods = Object.entries({ Check: {}, CheckHTTP: { http: { request } } });
  const cases = methods.flatMap(([method, params]) =>
    Object.entries(MISSES).map(([how, miss]) => ({ title: `${method}, ${how}`, params, miss })),
  );
  for (const { title, params, miss } of cases) {
    it(`changes nothing for the flow, and what it lends is given back: ${title}`, async () => {
      const answers = await lendingAnswers();
      const ends: object[] = [];
      const peer = await http2Peer((stream, headers) => {
        const called = String(headers[":path"]).split("/").at(-1) ?? "";
        const late = answers[called];
        if (late !== undefined) {
          const send = () => stream.destroyed || answer(stream, framed(late), { "grpc-status": miss.status });
          setTimeout(send, miss.delayMs);
        } else stream.on("data", (bytes: Buffer) => ends.push(WIRE.flowEnd.requestDeserialize(bytes.subarray(5))));
      });
      const logger = { warn: () => undefined };
      const client = new ApertureClient({ address: peer.address, insecure: true, transport, telemetry: false, logger });
      try {
        expect(await client.ready()).to.equal(true);
        const flow = await client.startFlow("checkout", { ...params, timeoutMs: miss.timeoutMs });
        expect([flow.failOpenReason, flow.shouldRun()]).to.deep.equal(["timeout", true]);
        await until(() => ends.length === 1);
        expect(ends[0]).to.have.property("control_point", "checkout");
        expect(JSON.stringify(ends[0])).to.include('"request_id":"a"');
        expect(flow.decision).to.equal("unreachable");
        expect(await flow.end()).to.deep.equal({ returns: [] });
        expect(client.counts.accepted).to.equal(0);
      } finally {
        await client.shutdown({ timeoutMs: 100 });
        await peer.close();
      }
    });
  }
});

describe("LateAnswers", () => {
  const nothing = () => undefined;

  it("hands on an answer with what was asked, and bears one that cannot be read", () => {
    const taken: unknown[] = [];
    const late = new LateAnswers<string, number>((request, response) => taken.push([request, response]));
    late.wait("first", nothing)?.(() => 1);
    late.wait(
      "second",
      nothing,
    )?.(() => {
      throw new Error("no answer");
    });
    expect(taken).to.deep.equal([["first", 1]]);
  });

  it("waits for a thousand of them at most", () => {
    const late = new LateAnswers<string, number>(nothing);
    const waiting: (Arrival<number> | undefined)[] = Array.from({ length: 1001 }, () => late.wait("asked", nothing));
    expect(waiting.indexOf(undefined)).to.equal(1000);
    waiting[0]?.(() => 1);
    expect(late.wait("asked", nothing)).to.not.equal(undefined);
    expect(late.wait("asked", nothing)).to.equal(undefined);
  });

  it("gives up what does not come", async () => {
    let givenUp = 0;
    const late = new LateAnswers<string, number>(nothing);
    const giveUp = () => {
      givenUp += 1;
    };
    late.wait("arrives", giveUp)?.(() => 1);
    late.wait("never arrives", giveUp);
    await until(() => givenUp > 0);
    expect(givenUp).to.equal(1);
  });
});
