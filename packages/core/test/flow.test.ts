import { expect } from "chai";
import type { CheckResponse, EndRequest, RejectReason } from "../src/contract/check.ts";
import type { FailOpenReason } from "../src/contract/errors.ts";
import type { CallOptions } from "../src/contract/flow-control.ts";
import { FlowStatus } from "../src/contract/flow-status.ts";
import { type CheckFailure, Flow, type FlowStart } from "../src/flow.ts";
import { accepted, rejected, ScriptedControl } from "../src/testing/index.ts";
import { lease } from "./sample-decision.ts";

const endCall: CallOptions = Object.freeze({ timeoutMs: 2000 });

/** A flow with what its client would see of it. */
function flowOf(
  outcome: CheckResponse | CheckFailure,
  start: Partial<FlowStart> = {},
  control = new ScriptedControl(),
) {
  const ended: Flow[] = [];
  const complaints: string[] = [];
  const host = {
    control,
    endCall,
    ended: (flow: Flow) => ended.push(flow),
    complain: (topic: string, message: () => string) => complaints.push(`${topic}: ${message()}`),
  };
  const flow = new Flow(
    host,
    {
      controlPoint: "checkout",
      needsDecision: false,
      resultCacheKey: undefined,
      startMs: 0,
      workloadStartMs: 0,
      ...start,
    },
    outcome,
  );
  return { flow, control, ended, complaints };
}

function failure(reason: FailOpenReason): CheckFailure {
  return { error: new Error(`failed: ${reason}`), reason };
}

describe("Flow, what was decided", () => {
  it("is accepted", () => {
    const response = accepted();
    const { flow } = flowOf(response, { needsDecision: true });
    expect([flow.shouldRun(), flow.decision, flow.success]).to.deep.equal([true, "accepted", true]);
    expect([flow.rejectReason, flow.failOpenReason, flow.error()]).to.deep.equal([undefined, undefined, undefined]);
    expect(flow.checkResponse()).to.equal(response);
  });

  it("is rejected", () => {
    const { flow } = flowOf(rejected({ reason: "not-sampled" }));
    expect([flow.shouldRun(), flow.decision, flow.success]).to.deep.equal([false, "rejected", true]);
    expect([flow.rejectReason, flow.failOpenReason]).to.deep.equal(["not-sampled", undefined]);
  });

  for (const needsDecision of [false, true]) {
    it(`is unreachable, and a decision is ${needsDecision ? "" : "not "}needed`, () => {
      const { flow } = flowOf(failure("timeout"), { needsDecision });
      expect([flow.shouldRun(), flow.decision, flow.success]).to.deep.equal([!needsDecision, "unreachable", false]);
      expect([flow.rejectReason, flow.failOpenReason]).to.deep.equal([undefined, "timeout"]);
      expect(flow.error()?.message).to.equal("failed: timeout");
      expect(flow.checkResponse()).to.equal(undefined);
    });
  }

  it("has a span that records nothing", () => {
    expect(flowOf(accepted()).flow.span().isRecording()).to.equal(false);
  });
});

describe("Flow.httpResponseCode", () => {
  const rejections: readonly (readonly [RejectReason, status: number])[] = [
    ["rate-limited", 429],
    ["rate-limited", 402],
    ["no-tokens", 503],
    ["not-sampled", 403],
    ["no-matching-ramp", 403],
  ];
  for (const [reason, status] of rejections) {
    it(`is ${status} where the rejection (${reason}) says so`, () => {
      expect(flowOf(rejected({ reason, status })).flow.httpResponseCode()).to.equal(status);
    });
  }

  for (const [title, outcome, needsDecision, code] of [
    ["accepted", accepted(), false, 200],
    ["accepted, decision needed", accepted(), true, 200],
    ["unreachable", failure("internal"), false, 200],
    ["unreachable, decision needed", failure("internal"), true, 503],
  ] as const) {
    it(`is ${code} for ${title}`, () =>
      expect(flowOf(outcome, { needsDecision }).flow.httpResponseCode()).to.equal(code));
  }
});

describe("Flow.retryAfter", () => {
  const unknown = { seconds: undefined, nanos: undefined };
  const rows: readonly (readonly [waitMs: number, ms: number | undefined, shape: object])[] = [
    [2005, 2005, { seconds: "2", nanos: 5_000_000 }],
    [0.25, 0.25, { seconds: "0", nanos: 250_000 }],
    [60_000, 60_000, { seconds: "60", nanos: 0 }],
    [0, undefined, unknown],
    [-5, undefined, unknown],
    [Number.NaN, undefined, unknown],
    [Number.POSITIVE_INFINITY, undefined, unknown],
  ];
  for (const [waitMs, ms, shape] of rows) {
    it(`of a wait of ${waitMs} ms`, () => {
      const { flow } = flowOf(rejected({ waitMs }));
      expect(flow.retryAfterMs()).to.equal(ms);
      expect(flow.retryAfter()).to.deep.equal(shape);
    });
  }

  for (const outcome of [accepted(), failure("timeout")]) {
    it(`is unknown for ${"accepted" in outcome ? "an accepted" : "an unreachable"} flow`, () => {
      const { flow } = flowOf(outcome);
      expect(flow.retryAfterMs()).to.equal(undefined);
      expect(flow.retryAfter()).to.deep.equal(unknown);
    });
  }
});

describe("Flow.end", () => {
  it("gives back what the flow holds, within the client's limit", async () => {
    const leases = [lease("a"), lease("b")];
    const asked: [EndRequest, CallOptions | undefined][] = [];
    const control = Object.assign(new ScriptedControl(), {
      end: (request: EndRequest, call?: CallOptions) => {
        asked.push([request, call]);
        return { returns: request.leases.map((given) => ({ lease: given, returned: true })) };
      },
    });
    const { flow } = flowOf(accepted({ leases }), {}, control);
    expect(await flow.end()).to.deep.equal({ returns: leases.map((given) => ({ lease: given, returned: true })) });
    expect(asked).to.deep.equal([[{ controlPoint: "checkout", leases }, endCall]]);
  });

  for (const [title, outcome] of [
    ["holds nothing", accepted()],
    ["was rejected", rejected()],
    ["was not decided", failure("timeout")],
  ] as const) {
    it(`asks nobody where the flow ${title}`, async () => {
      const { flow, control, ended, complaints } = flowOf(outcome);
      expect(await flow.end()).to.deep.equal({ returns: [] });
      expect([control.ends, ended, complaints]).to.deep.equal([[], [flow], []]);
    });
  }

  const bare: unknown = Object.create(null);
  const failures: Readonly<Record<string, () => never | Promise<never>>> = {
    "throws an error": () => {
      throw new Error("gone");
    },
    "throws what has no text": () => {
      throw bare;
    },
    "rejects with an error": () => Promise.reject(new Error("gone")),
    "rejects with nothing": () => Promise.reject(),
  };
  for (const [name, end] of Object.entries(failures)) {
    it(`answers that nothing was returned when the control ${name}`, async () => {
      const given = lease("a");
      const control = Object.assign(new ScriptedControl(), { end });
      const { flow, ended, complaints } = flowOf(accepted({ leases: [given] }), {}, control);
      const { returns } = await flow.end();
      expect(returns).to.have.length(1);
      expect(returns[0]).to.deep.include({ lease: given, returned: false });
      expect(returns[0]?.error).to.be.a("string");
      expect(await flow.end()).to.deep.equal({ returns });
      expect(ended).to.have.length(1);
      expect(complaints).to.have.length(1);
      expect(complaints[0]).to.match(
        /^end-failed: leases taken at "checkout" could not be given back and will expire: /,
      );
    });
  }

  it("is what `await using` does with the flow", async () => {
    const { flow, control } = flowOf(accepted({ leases: [lease("a")] }));
    {
      await using used = flow;
      expect(used.ended).to.equal(false);
      expect(control.ends).to.have.length(0);
    }
    expect(flow.ended).to.equal(true);
    expect(control.ends).to.have.length(1);
  });

  it("is done by `await using` when the block throws, too", async () => {
    const { flow } = flowOf(accepted());
    const broken = (async () => {
      await using used = flow;
      throw new Error(`broken at ${used.controlPoint}`);
    })();
    expect(await broken.catch((error: Error) => error.message)).to.equal("broken at checkout");
    expect(flow.ended).to.equal(true);
  });
});

describe("Flow, how the work went", () => {
  it("is OK until told otherwise", () => {
    const { flow } = flowOf(accepted());
    expect([flow.status, flow.httpStatusCode]).to.deep.equal([FlowStatus.OK, undefined]);
    flow.setStatus(FlowStatus.Error);
    flow.setStatus(FlowStatus.Unset);
    flow.setHttpStatusCode(204);
    expect([flow.status, flow.httpStatusCode]).to.deep.equal([FlowStatus.Unset, 204]);
  });
});

describe("Flow, its caches", () => {
  const cache = {
    result: { hit: true, value: Buffer.from("cart") },
    global: new Map([
      ["prices", { hit: false }],
      ["stock", { hit: false, error: "no connection" }],
    ]),
  };

  it("shows what was looked up", () => {
    const { flow } = flowOf(accepted({ cache }));
    expect(flow.resultCache().getLookupStatus()).to.equal("HIT");
    expect(flow.resultCache().getValue()?.toString()).to.equal("cart");
    expect(flow.globalCache("prices").getLookupStatus()).to.equal("MISS");
    expect(flow.globalCache("prices").getError()).to.equal(undefined);
    expect(flow.globalCache("stock").getError()?.message).to.equal("no connection");
  });

  it("misses with an error what was not looked up", () => {
    for (const outcome of [accepted(), accepted({ cache: { global: new Map() } }), rejected(), failure("timeout")]) {
      const { flow } = flowOf(outcome);
      for (const looked of [flow.resultCache(), flow.globalCache("prices")]) {
        expect([looked.getLookupStatus(), looked.getValue()]).to.deep.equal(["MISS", undefined]);
        expect(looked.getError()?.message).to.match(/looked up for this flow$/);
      }
    }
  });

  it("keeps and deletes the result of its key, also after the end", async () => {
    const { flow, control } = flowOf(accepted(), { resultCacheKey: "cart" });
    const stored = () => control.cacheLookup({ controlPoint: "checkout", resultKey: "cart" }).result?.value;
    await flow.end();
    expect((await flow.setResultCache({ value: "1 apple", ttl: 1000 })).getError()).to.equal(undefined);
    expect(Buffer.from(stored() ?? []).toString()).to.equal("1 apple");
    expect((await flow.deleteResultCache()).getError()).to.equal(undefined);
    expect(stored()).to.equal(undefined);
  });

  it("keeps and deletes global entries", async () => {
    const { flow, control } = flowOf(accepted());
    const stored = () => control.cacheLookup({ controlPoint: "else", globalKeys: ["prices"] }).global.get("prices");
    expect((await flow.setGlobalCache("prices", { value: Buffer.from([1]), ttl: { seconds: 1 } })).getError()).to.equal(
      undefined,
    );
    expect(stored()?.hit).to.equal(true);
    expect((await flow.deleteGlobalCache("prices")).getError()).to.equal(undefined);
    expect(stored()?.hit).to.equal(false);
  });

  it("asks within the client's limit", async () => {
    const calls: (CallOptions | undefined)[] = [];
    const failing = (_request: unknown, call?: CallOptions) => {
      calls.push(call);
      throw new Error("gone");
    };
    const control = Object.assign(new ScriptedControl(), { cacheUpsert: failing, cacheDelete: failing });
    const { flow } = flowOf(accepted(), { resultCacheKey: "cart" }, control);
    const entry = { value: "x", ttl: 1000 };
    const done = await Promise.all([
      flow.setResultCache(entry),
      flow.setGlobalCache("prices", entry),
      flow.deleteResultCache(),
      flow.deleteGlobalCache("prices"),
    ]);
    expect(done.map((operation) => operation.getError()?.message)).to.deep.equal(new Array(4).fill("gone"));
    expect(calls).to.deep.equal(new Array(4).fill(endCall));
  });
});
