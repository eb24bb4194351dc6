import type { CallOptions, Labels, LimiterDecision } from "@aperture-flow/core";
import { expect } from "chai";
import fc from "fast-check";
import type { StateBackend } from "../../src/backend/backend.ts";
import { MemoryBackend } from "../../src/backend/memory.ts";
import { ScheduledLimiter } from "../../src/limiter/scheduled-limiter.ts";
import type { EngineObserver } from "../../src/observer.ts";
import { BucketSource } from "../../src/schedule/bucket-source.ts";
import { SlotSource } from "../../src/schedule/slot-source.ts";
import type { SchedulerSettings } from "../../src/schedule/workload.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import type { Clock } from "../../src/time/clock.ts";

const REF = { policy: "p", policyHash: "h", component: "0" };
const SCHEDULER: SchedulerSettings = {
  workloads: [],
  defaultWorkload: { priority: 1, tokens: 1 },
  deadlineMarginMs: 0,
  tokensLabelKey: "cost",
  priorityLabelKey: "priority",
  fairnessLabelKey: "user",
};
const BUCKET = { fillIntervalMs: 1000, continuousFill: true, delayInitialFill: false, idleMs: 0 };

interface Setting {
  readonly clock?: Clock;
  /** Milliseconds that messages from and to a backend far away take, one after the other. */
  readonly far?: readonly number[] | undefined;
  readonly backend?: (memory: MemoryBackend) => StateBackend;
  readonly observer?: EngineObserver;
}

/** A scheduler of a quota: so many tokens at once, so many a second. */
function quota(capacity: number, fillAmount: number, setting: Setting = {}) {
  const settings = { ...BUCKET, capacity, fillAmount };
  return scheduling("quota-scheduler", setting, (backend) => new BucketSource(backend, "space", settings));
}

/** A scheduler of so many slots, each held for a minute at most. */
function slots(limit: number, setting: Setting = {}) {
  const settings = { ref: REF, limit, maxHoldMs: 60_000, idleMs: 0 };
  const source = (backend: StateBackend) => new SlotSource(backend, "space", settings, (label) => label);
  return scheduling("concurrency-scheduler", setting, source);
}

function scheduling(
  kind: "quota-scheduler" | "concurrency-scheduler",
  { clock: given, far: delays, backend = (memory) => memory, observer = {} }: Setting,
  sourceOn: (backend: StateBackend) => BucketSource | SlotSource,
) {
  const fake = new FakeClock();
  const clock = given ?? fake;
  const memory = new MemoryBackend({ clock });
  const shared = delays === undefined ? backend(memory) : farBackend(memory, fake, delays);
  const environment = { backend: shared, clock, random: () => 0.5, observer };
  const parts = { ref: REF, kind, source: sourceOn(shared), scheduler: SCHEDULER };
  const limiter = new ScheduledLimiter(parts, environment);
  return {
    clock: fake,
    memory,
    limiter,
    start: (labels?: Labels, call?: CallOptions) => started(limiter, labels, call),
  };
}

interface Started {
  /** Undefined while the flow waits. */
  decision: LimiterDecision | undefined;
}

function started(limiter: ScheduledLimiter, labels: Labels = {}, call: CallOptions = {}): Started {
  const flow: Started = { decision: undefined };
  const answer = limiter.decide({ controlPoint: "cp", labels, rampMode: false, call });
  if (answer instanceof Promise) {
    void answer.then((decision) => {
      flow.decision = decision;
    });
  } else flow.decision = answer;
  return flow;
}

function end(limiter: ScheduledLimiter, { decision }: Started): void {
  if (decision?.lease === undefined) throw new Error("the flow holds nothing");
  void limiter.release(decision.lease);
}

/** A clock whose timers are late, as behind a busy event loop. */
function lateBy(lateMs: number, clock: FakeClock): Clock {
  return {
    nowMs: () => clock.nowMs(),
    after: (ms, run) => clock.after(ms + lateMs, run),
    every: (ms, run) => clock.every(ms, run),
    sleep: (ms, signal) => clock.sleep(ms + lateMs, signal),
  };
}

describe("FairScheduler", () => {
  it("keeps the order of arrival also for those who come while another is being served", async () => {
    const { clock, start } = quota(1, 1);
    start();
    const flows = [start(), start(), start()];
    for (let second = 0; second < 8; second += 1) {
      await clock.advance(1000);
      flows.push(start());
      const admitted = flows.map(({ decision }) => decision !== undefined);
      expect(admitted.indexOf(false), "nobody is overtaken").to.equal(admitted.filter(Boolean).length);
    }
  });

  it("has one timer, however many wait, and starts few", async () => {
    const fake = new FakeClock();
    let timers = 0;
    const counting: Clock = {
      nowMs: () => fake.nowMs(),
      after: (ms, run) => {
        timers += 1;
        return fake.after(ms, run);
      },
      every: () => () => {},
      sleep: (ms, signal) => fake.sleep(ms, signal),
    };
    const { limiter, start } = slots(1, { clock: counting });
    let running = start();
    const waiting = Array.from({ length: 1000 }, () => start({}, { timeoutMs: 30_000 }));
    expect(fake.pending).to.equal(1);
    for (const next of waiting) {
      await fake.advance(10);
      end(limiter, running);
      running = next;
    }
    await fake.advance(0);
    expect(waiting.every(({ decision }) => decision?.dropped === false)).to.equal(true);
    expect(timers).to.be.at.most(10);
    expect(fake.pending).to.equal(0);
  });

  describe("when its timers are late", () => {
    it("lets nobody in whose time was over before there were tokens", async () => {
      const fake = new FakeClock();
      const { limiter, start } = slots(1, { clock: lateBy(500, fake) });
      const running = start();
      const waiting = [start({}, { timeoutMs: 100 }), start({}, { timeoutMs: 100 }), start({}, { timeoutMs: 400 })];
      await fake.advance(300);
      end(limiter, running);
      await fake.advance(0);
      expect(waiting.map(({ decision }) => decision?.dropped)).to.deep.equal([true, true, false]);
      expect(waiting[0]?.decision?.reason).to.equal("timeout");
    });

    it("grants no more and hardly less than the rate", async () => {
      const fake = new FakeClock();
      const { start } = quota(20, 100, { clock: lateBy(50, fake) });
      const flows: Started[] = [];
      for (let ms = 0; ms < 10_000; ms += 5) {
        flows.push(start({}, { timeoutMs: 2000 }));
        await fake.advance(5);
      }
      const admitted = flows.filter(({ decision }) => decision?.dropped === false).length;
      expect(admitted).to.be.within(0.995 * 1000, 20 + 1000 + 1);
    });
  });

  it("keeps a promise earlier where tokens come back", async () => {
    const { clock, limiter, start } = quota(2, 1);
    const [first, second] = [start(), start()];
    const waiting = [start(), start()];
    await clock.advance(200);
    for (const { decision } of [first, second]) if (decision !== undefined) void limiter.revert(decision);
    await clock.advance(0);
    expect(waiting.map(({ decision }) => decision?.dropped)).to.deep.equal([false, false]);
  });

  it("drops at once what no token will ever come for, also behind others", async () => {
    expect(slots(0).start().decision?.dropped).to.equal(true);
    const never = quota(1, 0);
    const flows = [never.start(), never.start(), never.start({ cost: "2" })];
    await never.clock.advance(0);
    expect(flows.map(({ decision }) => decision?.dropped)).to.deep.equal([false, true, true]);
    const { start } = quota(10, 1);
    start({ cost: "10" });
    expect(start().decision, "waits").to.equal(undefined);
    expect(start({ cost: "71" }).decision?.dropped, "61 s, a minute is the most").to.equal(true);
    expect(start({ cost: "30" }, { timeoutMs: 19_000 }).decision?.dropped).to.equal(true);
    expect(start({ cost: "30" }).decision, "a debt of 20 s").to.equal(undefined);
  });

  it("says so when it could not ask for a flow that waited, and lets it through", async () => {
    const errors: unknown[] = [];
    let isAway = false;
    const { clock, start } = quota(1, 1, {
      observer: { backendError: (_, error) => errors.push(error) },
      backend: (memory) =>
        new Proxy(memory, {
          get: (target, name) => {
            if (name !== "takeTokens") return Reflect.get(target, name);
            return (...ask: Parameters<StateBackend["takeTokens"]>) => {
              if (isAway) throw new Error("away");
              return target.takeTokens(...ask);
            };
          },
        }),
    });
    start();
    const [promised, behind] = [start(), start()];
    isAway = true;
    await clock.advance(1000);
    expect(promised.decision).to.deep.include({ dropped: false });
    expect(promised.decision).to.not.have.property("error");
    expect(behind.decision).to.deep.include({ dropped: false, error: "away" });
    expect(errors).to.have.length(1);
  });

  it("lets everybody go when its policy is no longer in force", async () => {
    const { clock, limiter, start } = quota(1, 1);
    start();
    const waiting = [start(), start({ user: "x" }), start()];
    limiter.retire();
    await clock.advance(0);
    for (const { decision } of waiting) {
      expect(decision).to.deep.include({ dropped: false, tokens: { consumed: 0, remaining: 0, current: 0 } });
    }
    expect(limiter.waiting).to.equal(0);
    await clock.advance(1000);
    expect(start().decision?.tokens.remaining, "what was promised was given back").to.equal(0);
  });

  for (const scheduler of [() => quota(1, 0.02, FAR), () => slots(1, FAR)]) {
    it("hears of tokens that come back while it asks for them, far away", async () => {
      const { clock, limiter, start } = scheduler();
      const running = start();
      await clock.advance(0);
      const waiting = start();
      await clock.advance(2);
      if (running.decision?.lease !== undefined) end(limiter, running);
      else if (running.decision !== undefined) void limiter.revert(running.decision);
      await clock.advance(30);
      expect(waiting.decision, "the answer is still on its way").to.equal(undefined);
      await clock.advance(30);
      expect(waiting.decision).to.include({ dropped: false });
    });
  }

  for (const isRemote of [false, true]) {
    for (const kind of ["bucket", "slots"] as const) {
      it(`loses and doubles nothing, whoever comes and goes: ${kind}${isRemote ? ", far away" : ""}`, () =>
        fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.array(fc.nat(30), { minLength: 1 }), (steps, delays) =>
            balances(kind, steps, isRemote ? delays : undefined),
          ),
        ));
    }
  }
});

const step = fc.record({
  action: fc.constantFrom("start", "start", "start", "end", "end twice", "leave", "revert", "let time pass"),
  pick: fc.nat(1000),
  cost: fc.constantFrom("1", "2.5", "0.1", "0"),
  priority: fc.constantFrom("1", "4"),
  user: fc.constantFrom("a", "b"),
  timeoutMs: fc.constantFrom(undefined, 0, 5, 100, 1000, 100_000),
});

interface Flow extends Started {
  readonly controller: AbortController;
  isOver: boolean;
}

/** Whatever flows do: the bucket has what flowed in less what was used, and no slot is held without a lease. */
async function balances(
  kind: "bucket" | "slots",
  steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[],
  delays: readonly number[] | undefined,
): Promise<void> {
  const capacity = 1e6;
  const subject = kind === "bucket" ? quota(capacity, 5, { far: delays }) : slots(3, { far: delays });
  const { clock: fake, limiter, memory, start } = subject;
  const settings = { ...BUCKET, capacity, fillAmount: 5 };
  // Empty, so that nothing overflows that comes back.
  memory.takeTokens("space", "default", { settings, tokens: capacity, mayWaitMs: 0 });
  const flows: Flow[] = [];
  for (const { action, pick, timeoutMs, ...labels } of steps) {
    const chosen = flows[pick % Math.max(1, flows.length)];
    if (action === "let time pass") await fake.advance(pick);
    else if (action === "start") {
      const controller = new AbortController();
      const flow = start(labels, { signal: controller.signal, timeoutMs });
      flows.push(Object.assign(flow, { controller, isOver: false }));
    } else if (action === "leave") chosen?.controller.abort();
    else if (chosen?.decision?.dropped === false && !chosen.isOver) {
      if (action === "revert") {
        void limiter.revert(chosen.decision);
        chosen.isOver = true;
      } else if (chosen.decision.lease !== undefined) {
        end(limiter, chosen);
        if (action === "end twice") end(limiter, chosen);
        chosen.isOver = true;
      }
    }
  }
  await fake.advance(61_000);
  const admitted = flows.filter(({ decision }) => decision?.dropped === false);
  expect(flows.every(({ decision }) => decision !== undefined)).to.equal(true);
  expect(limiter.waiting).to.equal(0);
  expect(fake.pending, "only the sweep of the backend").to.be.at.most(1);
  if (kind === "bucket") {
    const used = admitted.reduce((sum, flow) => sum + (flow.isOver ? 0 : (flow.decision?.tokens.consumed ?? 0)), 0);
    const { remaining } = memory.takeTokens("space", "default", { settings, tokens: 0, mayWaitMs: 0 });
    expect(remaining).to.be.closeTo((5 * fake.nowMs()) / 1000 - used, 1e-6);
  } else {
    for (const flow of admitted) if (!flow.isOver && flow.decision?.lease !== undefined) end(limiter, flow);
    await fake.advance(100);
    const ask = { slots: 0, limit: 1, maxHoldMs: 1, idleMs: 0 };
    expect(memory.acquireSlots("space", "default", ask).inFlight).to.equal(0);
  }
}

/** There and back: the running flow, the waiting one twice, the second time with a slow answer, and what comes back. */
const FAR: Setting = { far: [0, 0, 0, 0, 1, 50, 5, 5, 0, 0] };

/** The same backend behind a network: what is asked arrives later, and so does the answer. */
function farBackend(memory: MemoryBackend, clock: FakeClock, delays: readonly number[]): StateBackend {
  let sent = 0;
  const delay = () => clock.sleep(delays[sent++ % delays.length] ?? 0);
  const later = async <T>(run: () => T): Promise<T> => {
    await delay();
    const answer = run();
    await delay();
    return answer;
  };
  return {
    takeTokens: (space, label, ask) => later(() => memory.takeTokens(space, label, ask)),
    acquireSlots: (space, label, ask) => later(() => memory.acquireSlots(space, label, ask)),
    releaseSlots: (space, label, id) => later(() => memory.releaseSlots(space, label, id)),
    getEntries: (keys) => later(() => memory.getEntries(keys)),
    setEntry: (key, value, ttlMs) => later(() => memory.setEntry(key, value, ttlMs)),
    deleteEntries: (keys) => later(() => memory.deleteEntries(keys)),
    close: () => memory.close(),
  };
}
