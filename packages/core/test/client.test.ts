import { expect } from "chai";
import { ApertureClient } from "../src/client.ts";
import type { ApertureClientOptions } from "../src/client-options.ts";
import { ApertureError } from "../src/contract/errors.ts";
import type { CallOptions, FlowControl } from "../src/contract/flow-control.ts";
import type { FlowParams } from "../src/flow-params.ts";
import { accepted, rejected, type ScriptedAnswer, ScriptedControl } from "../src/testing/index.ts";
import { CollectedWarnings } from "./collected-warnings.ts";
import { lease } from "./sample-decision.ts";

function clientOf(answer: ScriptedAnswer, options: Partial<ApertureClientOptions> = {}) {
  const logger = new CollectedWarnings();
  const control = new ScriptedControl(answer);
  return { client: new ApertureClient({ control, logger, ...options }), control, logger };
}

/** A client whose control remembers how each check was to be waited for. */
function clientWithCalls(options: Partial<ApertureClientOptions> = {}) {
  const calls: CallOptions[] = [];
  const made = clientOf((_request, call) => {
    calls.push(call);
    return accepted();
  }, options);
  return { ...made, calls };
}

describe("ApertureClient.startFlow", () => {
  it("asks the control with the flow's labels, then the client's", async () => {
    const { client, control } = clientOf(accepted(), { labels: { region: "eu", user: "nobody" } });
    await client.startFlow("checkout", { labels: { user: "alice", items: 3, gift: true, note: undefined } });
    const [request] = control.checks;
    expect({ ...request, labels: { ...request?.labels } }).to.deep.equal({
      controlPoint: "checkout",
      labels: { user: "alice", items: "3", gift: "true", region: "eu" },
      rampMode: false,
      expectEnd: true,
      cache: undefined,
    });
  });

  it("takes labels from several sources, the first that names one wins", async () => {
    const { client, control } = clientOf(accepted(), { labels: { a: "client", d: "client" } });
    await client.startFlow("checkout", {
      labels: [{ a: "own" }, { a: "second", b: "second" }, { b: "third", c: "third" }],
    });
    expect({ ...control.checks[0]?.labels }).to.deep.equal({ a: "own", b: "second", c: "third", d: "client" });
  });

  it("passes on ramp mode and cache keys", async () => {
    const { client, control } = clientOf(accepted());
    await client.startFlow("checkout", { rampMode: true, resultCacheKey: "cart", globalCacheKeys: ["prices"] });
    expect(control.checks[0]).to.deep.include({ rampMode: true, cache: { resultKey: "cart", globalKeys: ["prices"] } });
  });

  it("reports what was decided", async () => {
    const { client, control } = clientOf(accepted());
    control.add(rejected({ reason: "no-tokens", status: 503, waitMs: 20 }));
    const [first, second] = [await client.startFlow("a"), await client.startFlow("b")];
    expect([first.decision, first.shouldRun(), first.success]).to.deep.equal(["accepted", true, true]);
    expect([second.decision, second.shouldRun(), second.success]).to.deep.equal(["rejected", false, true]);
    expect(second.rejectReason).to.equal("no-tokens");
  });

  it("goes on without labels where JavaScript gives null for them", async () => {
    const { client, control } = clientOf(accepted(), { labels: { region: "eu" } });
    const none: unknown = null;
    await client.startFlow("checkout", { labels: none as Record<string, string> });
    await client.startFlow("checkout", { labels: [{ user: "alice" }, none as Record<string, string>] });
    expect(control.checks.map(({ labels }) => ({ ...labels }))).to.deep.equal([
      { region: "eu" },
      { user: "alice", region: "eu" },
    ]);
  });
});

describe("ApertureClient.startFlow, where nobody can decide", () => {
  const bare: unknown = Object.create(null);
  const unusable: readonly unknown[] = [undefined, null, "", 7, 10n, Symbol("name"), {}, bare, ["checkout"]];
  for (const [index, controlPoint] of unusable.entries()) {
    it(`does not reject for an unusable control point (${index}: ${typeof controlPoint})`, async () => {
      const { client, control } = clientOf(accepted());
      const flow = await client.startFlow(controlPoint as string);
      expect(flow.failOpenReason).to.equal("invalid-argument");
      expect(flow.shouldRun()).to.equal(true);
      expect(control.checks).to.have.length(0);
    });
  }

  const failures: Readonly<Record<string, () => unknown>> = {
    "throws an error": () => {
      throw new Error("broken");
    },
    "throws a text": () => {
      throw "broken";
    },
    "throws what has no text": () => {
      throw bare;
    },
    "rejects with an error": () => Promise.reject(new Error("broken")),
    "rejects with nothing": () => Promise.reject(),
    "rejects with a symbol": () => Promise.reject(Symbol("broken")),
    "answers undefined": () => undefined,
    "answers undefined later": () => Promise.resolve(),
    "answers an empty object": () => ({}),
    "answers a text": () => Promise.resolve("accepted"),
    "answers with a list": () => [accepted()],
  };
  for (const [name, check] of Object.entries(failures)) {
    const broken = () => {
      const control = Object.assign(new ScriptedControl(), { check: check as FlowControl["check"] });
      return new ApertureClient({ control, logger: new CollectedWarnings() });
    };

    it(`runs the flow when the control ${name}`, async () => {
      const client = broken();
      const flow = await client.startFlow("checkout");
      expect([flow.decision, flow.failOpenReason, flow.success]).to.deep.equal(["unreachable", "internal", false]);
      expect(flow.error()).to.be.instanceOf(Error);
      expect([flow.shouldRun(), flow.httpResponseCode()]).to.deep.equal([true, 200]);
      expect(client.counts).to.deep.equal({ accepted: 0, rejected: 0, unreachable: { internal: 1 }, open: 1 });
    });

    it(`keeps a flow in ramp mode from running when the control ${name}`, async () => {
      const flow = await broken().startFlow("checkout", { rampMode: true, onUnreachable: "run" });
      expect([flow.shouldRun(), flow.httpResponseCode()]).to.deep.equal([false, 503]);
    });
  }

  it("keeps the reason of an error, also of another copy of this package", async () => {
    const ours = new ApertureError("APERTURE_TRANSPORT", "no answer", { reason: "timeout" });
    const theirs = Object.assign(new Error("no answer"), { reason: "saturated" });
    const { client, control } = clientOf(ours);
    control.add(() => Promise.reject(theirs));
    expect((await client.startFlow("checkout")).failOpenReason).to.equal("timeout");
    expect((await client.startFlow("checkout")).failOpenReason).to.equal("saturated");
  });

  it("takes no reason from an error that only happens to have one", async () => {
    const { client, logger } = clientOf(Object.assign(new Error("TLS"), { reason: "certificate has expired" }));
    expect((await client.startFlow("checkout")).failOpenReason).to.equal("internal");
    expect(client.counts.unreachable).to.deep.equal({ internal: 1 });
    expect(logger.messages).to.deep.equal(['no decision for "checkout" (internal): TLS']);
  });

  for (const [ofClient, ofFlow, runs] of [
    [undefined, undefined, true],
    ["reject", undefined, false],
    ["reject", "run", true],
    ["run", "reject", false],
  ] as const) {
    it(`runs: ${runs}, with onUnreachable ${ofClient} of the client and ${ofFlow} of the flow`, async () => {
      const { client } = clientOf(new Error("broken"), { onUnreachable: ofClient });
      expect((await client.startFlow("checkout", { onUnreachable: ofFlow })).shouldRun()).to.equal(runs);
    });
  }

  it("says each reason once, however many flows have it", async () => {
    const { client, logger } = clientOf(new Error("broken"));
    for (let index = 0; index < 100; index += 1) await client.startFlow("checkout");
    expect(logger.messages).to.deep.equal(['no decision for "checkout" (internal): broken']);
  });

  it("survives a logger that throws", async () => {
    const logger = {
      warn: () => {
        throw new Error("disk full");
      },
    };
    const { client } = clientOf(new Error("broken"), { logger });
    expect((await client.startFlow("checkout")).shouldRun()).to.equal(true);
  });
});

describe("ApertureClient.startFlow, how long it waits", () => {
  it("hands over the parameters themselves where nobody asked for a limit", async () => {
    const { client, calls } = clientWithCalls();
    const params: FlowParams = { labels: { user: "alice" } };
    await client.startFlow("checkout", params);
    expect(calls[0]).to.equal(params);
  });

  const seconds = (count: number) => ({ deadline: Date.now() + count * 1000 });
  const rows: readonly (readonly [title: string, params: FlowParams, timeoutMs: number | undefined])[] = [
    ["the client's limit", {}, 200],
    ["the flow's own limit", { timeoutMs: 50 }, 50],
    ["0 as no limit", { timeoutMs: 0 }, undefined],
    ["Infinity as no limit", { timeoutMs: Number.POSITIVE_INFINITY }, undefined],
    ["an hour at most", { timeoutMs: 30 * 24 * 3_600_000 }, 3_600_000],
    ["a deadline that has just passed as the shortest wait", { grpcCallOptions: seconds(-5) }, 1],
    ["a deadline before the flow's own limit", { timeoutMs: 50, grpcCallOptions: seconds(7200) }, 3_600_000],
  ];
  for (const [title, params, timeoutMs] of rows) {
    it(`passes on ${title}`, async () => {
      const { client, calls, logger } = clientWithCalls({ timeoutMs: 200 });
      await client.startFlow("checkout", params);
      expect(calls[0]?.timeoutMs).to.equal(timeoutMs);
      expect(logger.messages).to.deep.equal([]);
    });
  }

  const noTimes: readonly unknown[] = [Number.NaN, -1, Number.NEGATIVE_INFINITY, "5", null, {}, 5n];
  for (const timeoutMs of noTimes) {
    it(`uses the client's limit, and says so, for ${typeof timeoutMs} ${String(timeoutMs)}`, async () => {
      const { client, calls, logger } = clientWithCalls({ timeoutMs: 200 });
      const flow = await client.startFlow("checkout", { timeoutMs: timeoutMs as number });
      expect([flow.decision, calls[0]?.timeoutMs]).to.deep.equal(["accepted", 200]);
      expect(logger.messages).to.have.length(1);
    });
  }

  it("passes on no limit for a time that is none, where the client has no limit either", async () => {
    const { client, calls } = clientWithCalls();
    await client.startFlow("checkout", { timeoutMs: Number.NaN });
    expect(calls[0]?.timeoutMs).to.equal(undefined);
  });

  for (const timeoutMs of [undefined, 200]) {
    it(`leaves a signal behind a getter unmade, with a limit of ${timeoutMs} ms`, async () => {
      const { client, calls } = clientWithCalls({ timeoutMs });
      const { signal } = new AbortController();
      let reads = 0;
      await client.startFlow("checkout", {
        get signal() {
          reads += 1;
          return signal;
        },
      });
      expect(reads).to.equal(0);
      expect(calls[0]?.signal).to.equal(signal);
      expect(reads).to.equal(1);
    });
  }
});

describe("ApertureClient.counts", () => {
  it("counts what became of flows, and which are open", async () => {
    const { client, control } = clientOf(accepted());
    control.add(
      rejected(),
      () => Promise.resolve(accepted()),
      new Error("broken"),
      new ApertureError("APERTURE_TRANSPORT", "late", { reason: "timeout" }),
    );
    const flows = [];
    for (let index = 0; index < 5; index += 1) flows.push(await client.startFlow("checkout"));
    const decided = { accepted: 2, rejected: 1, unreachable: { internal: 1, timeout: 1 } };
    expect(client.counts).to.deep.equal({ ...decided, open: 5 });
    for (const flow of flows) await Promise.all([flow.end(), flow.end()]);
    expect(client.counts).to.deep.equal({ ...decided, open: 0 });
  });

  it("gives a copy", async () => {
    const { client } = clientOf(new Error("broken"));
    await client.startFlow("checkout");
    Object.assign(client.counts.unreachable, { internal: 100 });
    expect(client.counts.unreachable).to.deep.equal({ internal: 1 });
  });
});

describe("ApertureClient, closed", () => {
  const ways: Readonly<Record<string, (client: ApertureClient) => Promise<void>>> = {
    shutdown: (client) => client.shutdown(),
    close: (client) => client.close(),
    "await using": (client) => client[Symbol.asyncDispose](),
  };
  for (const [way, close] of Object.entries(ways)) {
    it(`lets flows run unasked after ${way}, twice`, async () => {
      const { client, control } = clientOf(rejected());
      await close(client);
      await close(client);
      const flow = await client.startFlow("checkout");
      expect([flow.failOpenReason, flow.shouldRun()]).to.deep.equal(["closed", true]);
      expect((await client.startFlow("checkout", { rampMode: true })).shouldRun()).to.equal(false);
      expect(control.checks).to.have.length(0);
      expect([client.getState(), await client.ready()]).to.deep.equal(["closed", false]);
    });
  }

  it("leaves a control that was passed in, and its open flows, as they are", async () => {
    const { client, control } = clientOf(accepted({ leases: [lease("a")] }));
    expect([client.getState(), await client.ready()]).to.deep.equal(["ready", true]);
    const flow = await client.startFlow("checkout");
    await client.shutdown();
    expect(control.heldLeases).to.have.length(1);
    await flow.end();
    expect(control.heldLeases).to.have.length(0);
  });
});
