import type { Awaitable, Labels, LimiterDecision } from "@aperture-flow/core";
import { expect } from "chai";
import fc from "fast-check";
import type { SlotAnswer, SlotAsk, StateBackend } from "../../src/backend/backend.ts";
import { MemoryBackend } from "../../src/backend/memory.ts";
import { runStages } from "../../src/check.ts";
import { ConcurrencyLimiter, type ConcurrencyLimiterSettings } from "../../src/limiter/concurrency-limiter.ts";
import type { FlowContext, LimiterEnvironment } from "../../src/limiter/limiter.ts";
import type { EngineObserver } from "../../src/observer.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

const REF = { policy: "checkout", policyHash: "h1", component: "0" };
const SETTINGS: ConcurrencyLimiterSettings = { ref: REF, maxConcurrency: 2, maxInflightMs: 60_000, idleMs: 7_200_000 };

function setUp(settings: Partial<ConcurrencyLimiterSettings> = {}, observer: EngineObserver = {}) {
  const clock = new FakeClock();
  const backend = new MemoryBackend({ clock });
  const environment: LimiterEnvironment = { clock, backend, random: () => 0.5, observer };
  const limiter = new ConcurrencyLimiter({ ...SETTINGS, ...settings }, environment);
  return { clock, limiter, environment };
}

const flow = (labels: Labels = {}): FlowContext => ({ controlPoint: "cp", labels, rampMode: false, call: {} });

function decide(limiter: ConcurrencyLimiter, labels?: Labels): LimiterDecision {
  const decision = limiter.decide(flow(labels));
  if (decision instanceof Promise) throw new Error("a decision in memory is no promise");
  return decision;
}

/** A backend whose slots answer as they are told to. */
function moodyBackend(mood: { way: "throws" | "rejects" | "slow" | "good" }): StateBackend {
  const memory = new MemoryBackend({ clock: new FakeClock() });
  const answer = <T>(run: () => T): Awaitable<T> => {
    if (mood.way === "throws") throw new Error("out of order");
    if (mood.way === "rejects") return Promise.reject(new Error("connection lost"));
    return mood.way === "slow" ? Promise.resolve(run()) : run();
  };
  return {
    takeTokens: (space, label, ask) => memory.takeTokens(space, label, ask),
    acquireSlots: (space, label, ask: SlotAsk): Awaitable<SlotAnswer> =>
      answer(() => memory.acquireSlots(space, label, ask)),
    releaseSlots: (space, label, id) => answer(() => memory.releaseSlots(space, label, id)),
    getEntries: (keys) => memory.getEntries(keys),
    setEntry: (key, value, ttlMs) => memory.setEntry(key, value, ttlMs),
    deleteEntries: (keys) => memory.deleteEntries(keys),
    close: () => memory.close(),
  };
}

describe("ConcurrencyLimiter", () => {
  it("lets flows in up to its limit, and reports what was in flight before each", () => {
    const { limiter } = setUp();
    const decisions = [decide(limiter), decide(limiter), decide(limiter)];
    const { lease, ...first } = decisions[0] as LimiterDecision;
    expect(first).to.deep.equal({
      ref: REF,
      kind: "concurrency-limiter",
      dropped: false,
      label: "default",
      tokens: { consumed: 1, remaining: 2, current: 0 },
      waitMs: 0,
      status: 429,
    });
    expect(lease).to.deep.include({ ref: REF, label: "default", tokens: 1 });
    expect(lease?.id).to.match(/^[0-9a-f-]{36}$/);
    expect(decisions.map(({ dropped }) => dropped)).to.deep.equal([false, false, true]);
    expect(decisions.map(({ tokens }) => tokens).slice(1)).to.deep.equal([
      { consumed: 1, remaining: 1, current: 1 },
      { consumed: 0, remaining: 0, current: 2 },
    ]);
    expect(decisions[2]?.lease, "a drop holds nothing").to.equal(undefined);
  });

  it("takes a lease back once", () => {
    const { limiter } = setUp();
    const { lease } = decide(limiter);
    decide(limiter);
    if (lease === undefined) throw new Error("a flow that got in holds a lease");
    expect(limiter.release({ ...lease, id: "made up" })).to.equal(false);
    expect(limiter.release({ ...lease, label: "other" })).to.equal(false);
    expect(limiter.release({ ...lease, tokens: 1000 })).to.equal(true);
    expect(limiter.release(lease)).to.equal(false);
    expect(decide(limiter).tokens).to.deep.equal({ consumed: 1, remaining: 1, current: 1 });
    expect(decide(limiter).dropped).to.equal(true);
  });

  it("counts a flow that never ends as ended after its time, and then its late end for nothing", async () => {
    const { limiter, clock } = setUp({ maxInflightMs: 1000 });
    const { lease } = decide(limiter);
    decide(limiter);
    await clock.advance(900);
    expect(decide(limiter).dropped).to.equal(true);
    await clock.advance(101);
    expect(decide(limiter).tokens).to.deep.equal({ consumed: 1, remaining: 2, current: 0 });
    if (lease !== undefined) expect(limiter.release(lease)).to.equal(false);
    expect(decide(limiter).tokens.current).to.equal(1);
  });

  it("asks not how large the last one is, only whether there is room", () => {
    const { limiter } = setUp({ maxConcurrency: 10, tokensLabelKey: "cost" });
    expect(decide(limiter, { cost: "9.5" }).dropped).to.equal(false);
    const large = decide(limiter, { cost: "100" });
    expect(large.dropped).to.equal(false);
    expect(decide(limiter, { cost: "0" })).to.deep.include({ dropped: true });
    if (large.lease !== undefined) limiter.release(large.lease);
    expect(decide(limiter, { cost: "0" }).dropped).to.equal(false);
  });

  for (const cost of ["-5", "NaN", "Infinity", "-Infinity", "1e999", "much"]) {
    it(`counts ${cost} tokens as 1, and says so`, () => {
      const complaints: string[] = [];
      const { limiter } = setUp({ tokensLabelKey: "cost" }, { invalidTokens: (_, label) => complaints.push(label) });
      expect(decide(limiter, { cost }).tokens.consumed).to.equal(1);
      expect(decide(limiter, { cost }).tokens).to.deep.equal({ consumed: 1, remaining: 1, current: 1 });
      expect(decide(limiter, { cost }).dropped).to.equal(true);
      expect(complaints).to.deep.equal(["cost", "cost", "cost"]);
    });
  }

  it("drops every flow with a limit of 0", () => {
    const { limiter } = setUp({ maxConcurrency: 0, deniedStatus: 503 });
    expect(decide(limiter)).to.deep.include({ dropped: true, status: 503 });
  });

  it("counts for each value of its label, and passes flows without it", () => {
    const { limiter } = setUp({ limitByLabelKey: "user", maxConcurrency: 1 });
    const alice = decide(limiter, { user: "alice" });
    expect(alice).to.deep.include({ label: "user:alice", dropped: false });
    expect(decide(limiter, { user: "alice" }).dropped).to.equal(true);
    expect(decide(limiter, { user: "bob" }).dropped).to.equal(false);
    expect(decide(limiter)).to.deep.include({
      dropped: false,
      label: "",
      reason: "key-not-found",
      tokens: { consumed: 1, remaining: 0, current: 0 },
    });
    expect(decide(limiter)).to.not.have.property("lease");
    if (alice.lease !== undefined) expect(limiter.release(alice.lease)).to.equal(true);
    expect(decide(limiter, { user: "alice" }).dropped).to.equal(false);
  });

  it("passes everything while it is told to", () => {
    const { limiter } = setUp({ maxConcurrency: 0, passThrough: true });
    for (let count = 0; count < 3; count++) expect(decide(limiter).dropped).to.equal(false);
  });

  it("reverts a decision by giving its lease back, and others not at all", () => {
    const { limiter } = setUp({ limitByLabelKey: "user", maxConcurrency: 1 });
    limiter.revert(decide(limiter, { user: "a" }));
    const again = decide(limiter, { user: "a" });
    expect(again.dropped).to.equal(false);
    limiter.revert(decide(limiter));
    expect(decide(limiter, { user: "a" }).dropped, "the slot is taken").to.equal(true);
    limiter.revert(again);
    limiter.revert(again);
    decide(limiter, { user: "a" });
    expect(decide(limiter, { user: "a" }).dropped).to.equal(true);
  });

  for (const way of ["throws", "rejects"] as const) {
    it(`passes the flow without a lease when its backend fails: ${way}`, async () => {
      const errors: unknown[] = [];
      const mood: Parameters<typeof moodyBackend>[0] = { way };
      const observer: EngineObserver = { backendError: (_, error) => errors.push(error) };
      const { environment } = setUp();
      const limiter = new ConcurrencyLimiter(SETTINGS, { ...environment, observer, backend: moodyBackend(mood) });
      const decision = await limiter.decide(flow());
      expect(decision).to.deep.include({
        dropped: false,
        error: way === "throws" ? "out of order" : "connection lost",
        tokens: { consumed: 0, remaining: 0, current: 0 },
      });
      expect(decision).to.not.have.property("lease");
      mood.way = "slow";
      const taken = await limiter.decide(flow());
      expect(taken.tokens.current, "nothing was taken before").to.equal(0);
      mood.way = way;
      await limiter.revert(taken);
      expect(errors).to.have.length(2);
      mood.way = "slow";
      await limiter.revert(taken);
      expect((await limiter.decide(flow())).tokens.current).to.equal(0);
    });
  }

  it("has as much in flight as there are live leases, whatever happens", () => {
    const step = fc.record({
      kind: fc.constantFrom("start", "end", "end again", "forge", "revert", "wait"),
      pick: fc.nat(1000),
      cost: fc.constantFrom("1", "0", "2.5", "0.1", "-3", "NaN"),
    });
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const { limiter, clock } = setUp({ maxConcurrency: 5, maxInflightMs: 1000, tokensLabelKey: "cost" });
        let live: { decision: LimiterDecision; untilMs: number }[] = [];
        const ended: LimiterDecision[] = [];
        for (const { kind, pick, cost } of steps) {
          if (kind === "wait") await clock.advance(pick);
          live = live.filter(({ untilMs }) => untilMs > clock.nowMs());
          const chosen = live[pick % Math.max(1, live.length)];
          if (kind === "start") {
            const decision = decide(limiter, { cost });
            const inFlight = live.reduce((sum, held) => sum + held.decision.tokens.consumed, 0);
            expect(decision.tokens.current).to.be.closeTo(inFlight, 1e-9);
            expect(decision.dropped).to.equal(!(inFlight < 5 - 1e-9));
            if (!decision.dropped) live.push({ decision, untilMs: clock.nowMs() + 1000 });
          } else if (kind === "forge") {
            expect(limiter.release({ ref: REF, label: "default", id: String(pick), tokens: 1 })).to.equal(false);
          } else if (kind === "end again") {
            const lease = ended[pick % Math.max(1, ended.length)]?.lease;
            if (lease !== undefined) expect(limiter.release(lease)).to.equal(false);
          } else if (chosen?.decision.lease !== undefined) {
            if (kind === "revert") limiter.revert(chosen.decision);
            else expect(limiter.release(chosen.decision.lease)).to.equal(true);
            live = live.filter((held) => held !== chosen);
            ended.push(chosen.decision);
          }
        }
        await clock.advance(2001);
        expect(decide(limiter).tokens.current, "exactly nothing is left").to.equal(0);
      }),
    );
  });

  it("frees the slot of a flow that a later stage drops, at once", () => {
    const { limiter } = setUp({ maxConcurrency: 1 });
    const full = setUp({ maxConcurrency: 0 }).limiter;
    const stages = [
      { kind: "rate", reason: "rate-limited", status: 429, limiters: [limiter] },
      { kind: "load", reason: "no-tokens", status: 503, limiters: [full] },
    ] as const;
    for (let count = 0; count < 3; count++) {
      const response = runStages(stages, flow());
      expect(response).to.deep.include({ accepted: false, reason: "no-tokens", waitMs: 0 });
    }
    expect(decide(limiter).tokens).to.deep.equal({ consumed: 1, remaining: 1, current: 0 });
  });

  /** Flows let in within 10 s, where each of 30 workers asks every 10 ms unless its flow runs. */
  async function admissions(givesBack: boolean, maxInflightMs: number): Promise<number> {
    const { clock, limiter } = setUp({ maxConcurrency: 10, maxInflightMs });
    let admitted = 0;
    const work = async () => {
      while (clock.nowMs() < 10_000) {
        const { lease } = decide(limiter);
        if (lease === undefined) await clock.sleep(10);
        else {
          admitted += 1;
          await clock.sleep(100);
          if (givesBack) limiter.release(lease);
        }
      }
    };
    const working = Promise.all(Array.from({ length: 30 }, work));
    await clock.advance(11_000);
    await working;
    return admitted;
  }

  it("lets in as many as its limit and their time allow", async () => {
    expect(await admissions(true, 60_000)).to.be.within(850, 1150);
    expect(await admissions(false, 100), "where leases only ever run out").to.be.within(850, 1150);
  });
});
