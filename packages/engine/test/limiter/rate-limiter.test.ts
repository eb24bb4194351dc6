import type { Awaitable, Labels, LimiterDecision } from "@aperture-flow/core";
import { expect } from "chai";
import type { BucketAnswer, BucketAsk, StateBackend } from "../../src/backend/backend.ts";
import { MemoryBackend } from "../../src/backend/memory.ts";
import type { FlowContext, LimiterEnvironment } from "../../src/limiter/limiter.ts";
import { RateLimiter, type RateLimiterSettings } from "../../src/limiter/rate-limiter.ts";
import type { EngineObserver } from "../../src/observer.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

const SETTINGS: RateLimiterSettings = {
  ref: { policy: "checkout", policyHash: "h1", component: "0" },
  bucket: {
    capacity: 10,
    fillAmount: 5,
    fillIntervalMs: 1000,
    continuousFill: true,
    delayInitialFill: false,
    idleMs: 7_200_000,
  },
};

function environment(observer: EngineObserver = {}, backend?: StateBackend): LimiterEnvironment & { clock: FakeClock } {
  const clock = new FakeClock();
  return { backend: backend ?? new MemoryBackend({ clock }), clock, random: () => 0.5, observer };
}

const flow = (labels: Labels = {}): FlowContext => ({ controlPoint: "cp", labels, rampMode: false, call: {} });

function decide(limiter: RateLimiter, labels?: Labels): LimiterDecision {
  const decision = limiter.decide(flow(labels));
  if (decision instanceof Promise) throw new Error("a decision in memory is no promise");
  return decision;
}

type Mood = "good" | "throws" | "rejects" | "slow";

/** A backend that answers as it is told to, at any time, and otherwise from memory. */
function moodyBackend() {
  const memory = new MemoryBackend({ clock: new FakeClock() });
  const state: { mood: Mood; asks: number } = { mood: "good", asks: 0 };
  const takeTokens = (space: string, label: string, ask: BucketAsk): Awaitable<BucketAnswer> => {
    state.asks += 1;
    if (state.mood === "throws") throw new Error("out of order");
    if (state.mood === "rejects") return Promise.reject(new Error("connection lost"));
    const answer = memory.takeTokens(space, label, ask);
    return state.mood === "slow" ? Promise.resolve(answer) : answer;
  };
  const backend: StateBackend = {
    takeTokens,
    acquireSlots: (space, label, ask) => memory.acquireSlots(space, label, ask),
    releaseSlots: (space, label, id) => memory.releaseSlots(space, label, id),
    getEntries: (keys) => memory.getEntries(keys),
    setEntry: (key, value, ttlMs) => memory.setEntry(key, value, ttlMs),
    deleteEntries: (keys) => memory.deleteEntries(keys),
    close: () => memory.close(),
  };
  return { backend, state };
}

describe("RateLimiter", () => {
  it("describes what it decided", () => {
    const limiter = new RateLimiter({ ...SETTINGS, deniedStatus: 402 }, environment());
    expect(decide(limiter)).to.deep.equal({
      ref: SETTINGS.ref,
      kind: "rate-limiter",
      dropped: false,
      label: "default",
      tokens: { consumed: 1, remaining: 9, current: 1 },
      quota: { limit: 10, windowMs: 2000 },
      waitMs: 0,
      status: 402,
    });
  });

  it("drops with 429 and the time until this flow would fit", async () => {
    const env = environment();
    const limiter = new RateLimiter({ ...SETTINGS, tokensLabelKey: "cost" }, env);
    expect(decide(limiter, { cost: "10" }).dropped).to.equal(false);
    const drop = decide(limiter, { cost: "4" });
    expect(drop).to.deep.include({ dropped: true, waitMs: 800, status: 429 });
    expect(drop.tokens).to.deep.equal({ consumed: 0, remaining: 0, current: 10 });
    await env.clock.advance(800);
    expect(decide(limiter, { cost: "4" }).dropped).to.equal(false);
  });

  it("promises no time to a flow that costs more than the bucket holds", () => {
    const limiter = new RateLimiter({ ...SETTINGS, tokensLabelKey: "cost" }, environment());
    expect(decide(limiter, { cost: "10.5" })).to.deep.include({ dropped: true, waitMs: 0 });
    expect(decide(limiter, { cost: "10" }).dropped).to.equal(false);
  });

  describe("keyed by a label", () => {
    const keyed = { ...SETTINGS, limitByLabelKey: "user" };

    it("has a bucket for each value", () => {
      const limiter = new RateLimiter(keyed, environment());
      for (let count = 0; count < 10; count++) expect(decide(limiter, { user: "alice" }).label).to.equal("user:alice");
      expect(decide(limiter, { user: "alice" }).dropped).to.equal(true);
      expect(decide(limiter, { user: "bob" }).tokens.remaining).to.equal(9);
    });

    it("passes a flow without the label, and says so", () => {
      const limiter = new RateLimiter({ ...keyed, tokensLabelKey: "cost" }, environment());
      expect(decide(limiter, { cost: "3" })).to.deep.equal({
        ref: SETTINGS.ref,
        kind: "rate-limiter",
        dropped: false,
        label: "",
        tokens: { consumed: 3, remaining: 0, current: 0 },
        waitMs: 0,
        status: 429,
        reason: "key-not-found",
      });
      expect(decide(limiter, { user: "", cost: "0" }).tokens.remaining).to.equal(10);
    });

    it("limits an empty value like any other", () => {
      const limiter = new RateLimiter(keyed, environment());
      expect(decide(limiter, { user: "" })).to.deep.include({ label: "user:", dropped: false });
      expect(decide(limiter, { user: "" }).tokens.remaining).to.equal(8);
    });

    it("limits values of any length", () => {
      const limiter = new RateLimiter(keyed, environment());
      const long = "x".repeat(300);
      for (let count = 0; count < 10; count++) decide(limiter, { user: long });
      expect(decide(limiter, { user: long }).dropped).to.equal(true);
      expect(decide(limiter, { user: `${long}y` }).dropped).to.equal(false);
    });

    it("takes names of the language for what they are: text", () => {
      for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
        const limiter = new RateLimiter({ ...SETTINGS, limitByLabelKey: name, tokensLabelKey: name }, environment());
        expect(decide(limiter, {}).reason, `${name} is not inherited`).to.equal("key-not-found");
        const labels = JSON.parse(`{"${name}":"7"}`) as Labels;
        expect(decide(limiter, labels)).to.deep.include({ label: `${name}:7`, dropped: false });
        expect(decide(limiter, labels), "7 of 10 were taken").to.deep.include({ dropped: true });
        const byUser = new RateLimiter(keyed, environment());
        expect(decide(byUser, { user: name }).label).to.equal(`user:${name}`);
      }
    });
  });

  describe("with the tokens in a label", () => {
    const invalid = [
      "-100",
      "-0.001",
      "NaN",
      "Infinity",
      "inf",
      "1e999",
      "",
      " ",
      "7 ",
      "0x10",
      "1_000",
      "seven",
      "1".repeat(400),
    ];

    for (const cost of invalid) {
      it(`counts ${JSON.stringify(cost.slice(0, 20))} as 1, reports it and stays sound`, () => {
        const complaints: string[] = [];
        const env = environment({ invalidTokens: ({ component }, label) => complaints.push(`${component} ${label}`) });
        const limiter = new RateLimiter({ ...SETTINGS, tokensLabelKey: "cost" }, env);
        decide(limiter, { cost: "4" });
        expect(decide(limiter, { cost }).tokens).to.deep.equal({ consumed: 1, remaining: 5, current: 5 });
        expect(complaints).to.deep.equal(["0 cost"]);
        for (let count = 0; count < 5; count++) decide(limiter);
        expect(decide(limiter).dropped).to.equal(true);
      });
    }

    it("takes fractions, exponents and 0", () => {
      const limiter = new RateLimiter({ ...SETTINGS, tokensLabelKey: "cost" }, environment());
      const costs = ["0", "2.5", "+1", ".5", "1.", "5e-1", "1E0"];
      const remaining = costs.map((cost) => decide(limiter, { cost }).tokens.remaining);
      expect(remaining).to.deep.equal([10, 7.5, 6.5, 6, 5, 4.5, 3.5]);
    });
  });

  describe("revert", () => {
    it("gives back what was taken", () => {
      const limiter = new RateLimiter({ ...SETTINGS, tokensLabelKey: "cost" }, environment());
      const decision = decide(limiter, { cost: "4" });
      limiter.revert(decision);
      expect(decide(limiter, { cost: "0" }).tokens.remaining).to.equal(10);
    });

    it("gives nothing back where nothing was taken", () => {
      const env = environment();
      const keyed = new RateLimiter({ ...SETTINGS, limitByLabelKey: "user", tokensLabelKey: "cost" }, env);
      const open = new RateLimiter({ ...SETTINGS, passThrough: true }, env);
      decide(keyed, { user: "alice", cost: "5" });
      keyed.revert(decide(keyed, { cost: "5" }));
      keyed.revert(decide(keyed, { user: "alice", cost: "9" }));
      open.revert(decide(open));
      expect(decide(keyed, { user: "alice", cost: "0" }).tokens.remaining).to.equal(5);
    });

    it("takes effect at once, also for one who was refused before", () => {
      const limiter = new RateLimiter({ ...SETTINGS, tokensLabelKey: "cost" }, environment());
      const taken = decide(limiter, { cost: "10" });
      expect(decide(limiter).dropped).to.equal(true);
      limiter.revert(taken);
      expect(decide(limiter, { cost: "10" }).dropped, "no refusal is remembered").to.equal(false);
    });
  });

  it("passes through without asking", () => {
    const limiter = new RateLimiter({ ...SETTINGS, passThrough: true }, environment());
    for (let count = 0; count < 20; count++) {
      expect(decide(limiter)).to.deep.include({ dropped: false, label: "", reason: "key-not-found" });
    }
  });

  it("keeps the buckets of two components apart, whatever their names", () => {
    const env = environment();
    const refs = [
      { policy: "a", policyHash: "h", component: "b:c" },
      { policy: "a:b", policyHash: "h", component: "c" },
      { policy: "a", policyHash: "h", component: "b%3Ac" },
      { policy: "a", policyHash: "h2", component: "b:c" },
    ];
    for (const ref of refs) expect(decide(new RateLimiter({ ...SETTINGS, ref }, env)).tokens.remaining).to.equal(9);
    const [again] = refs.map((ref) => new RateLimiter({ ...SETTINGS, ref }, env));
    expect(again && decide(again).tokens.remaining, "equal refs share their state").to.equal(8);
  });

  it("has a window without end where nothing flows in", () => {
    const limiter = new RateLimiter({ ...SETTINGS, bucket: { ...SETTINGS.bucket, fillAmount: 0 } }, environment());
    expect(decide(limiter).quota).to.deep.equal({ limit: 10, windowMs: Number.POSITIVE_INFINITY });
  });

  describe("when its backend fails", () => {
    for (const mood of ["throws", "rejects"] as const) {
      it(`passes the flow, says why and takes nothing: ${mood}`, async () => {
        const errors: unknown[] = [];
        const { backend, state } = moodyBackend();
        const env = environment({ backendError: (_, error) => errors.push(error) }, backend);
        const limiter = new RateLimiter(SETTINGS, env);
        state.mood = mood;
        const decision = await limiter.decide(flow());
        expect(decision.dropped).to.equal(false);
        expect(decision.tokens.consumed).to.equal(0);
        expect(decision.error).to.equal(mood === "throws" ? "out of order" : "connection lost");
        expect(errors).to.have.length(1);
        state.mood = "good";
        await limiter.revert(decision);
        expect(state.asks, "nothing to give back").to.equal(1);
      });

      it(`does not fail a revert: ${mood}`, async () => {
        const errors: unknown[] = [];
        const { backend, state } = moodyBackend();
        const env = environment({ backendError: (_, error) => errors.push(error) }, backend);
        const limiter = new RateLimiter(SETTINGS, env);
        const decision = await limiter.decide(flow());
        state.mood = mood;
        await limiter.revert(decision);
        expect(errors).to.have.length(1);
      });
    }
  });

  it("answers with a promise where its backend does", async () => {
    const { backend, state } = moodyBackend();
    const limiter = new RateLimiter(SETTINGS, environment({}, backend));
    state.mood = "slow";
    const pending = limiter.decide(flow());
    expect(pending).to.be.instanceOf(Promise);
    const decision = await pending;
    expect(decision.tokens.remaining).to.equal(9);
    await limiter.revert(decision);
    expect((await limiter.decide(flow())).tokens.remaining).to.equal(9);
  });
});
