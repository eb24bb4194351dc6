import type { CheckResponse } from "@aperture-flow/core";
import { expect } from "chai";
import { createEngine, type Engine } from "../src/index.ts";
import type { QueueEvent } from "../src/observer.ts";
import { FakeClock } from "../src/testing/fake-clock.ts";

/** Half a minute a token: who waits, waits. */
const policy = (name: string, priority = 1) => ({
  blueprint: "quota-scheduling/base",
  policy: {
    policy_name: name,
    quota_scheduler: {
      bucket_capacity: 1,
      fill_amount: 2,
      rate_limiter: { interval: "60s" },
      scheduler: { default_workload_parameters: { priority } },
      selectors: [{ control_point: name }],
    },
  },
});

async function setUp() {
  const clock = new FakeClock();
  const events: QueueEvent[] = [];
  const observer = { queue: (event: QueueEvent) => events.push(event) };
  const engine = await createEngine({ clock, observer, maxQueue: 2, policies: [policy("a"), policy("b")] });
  return { engine, clock, events };
}

/** A flow's answer, once it is there. */
function check(engine: Engine, controlPoint: string): { response?: CheckResponse } {
  const flow: { response?: CheckResponse } = {};
  const keep = (response: CheckResponse) => {
    flow.response = response;
  };
  const answer = engine.check({ controlPoint, labels: {}, rampMode: false, expectEnd: true });
  if (answer instanceof Promise) void answer.then(keep);
  else keep(answer);
  return flow;
}

describe("flows that wait in a queue", () => {
  it("are let through when their policy goes or changes, and wait on where it stays", async () => {
    for (const next of [policy("b"), [policy("b"), policy("a", 2)]]) {
      const { engine, clock } = await setUp();
      for (const name of ["a", "b"]) check(engine, name);
      const [gone, kept] = [check(engine, "a"), check(engine, "b")];
      await engine.replacePolicies(next);
      await clock.advance(0);
      expect(gone.response).to.include({ accepted: true });
      expect(kept.response).to.equal(undefined);
      await clock.advance(30_000);
      expect(kept.response).to.include({ accepted: true });
    }
  });

  it("wait on where the next policies are refused", async () => {
    const { engine, clock } = await setUp();
    check(engine, "a");
    const waiting = check(engine, "a");
    await engine.replacePolicies({ yaml: "nonsense" }).catch(() => undefined);
    await clock.advance(0);
    expect(waiting.response).to.equal(undefined);
  });

  it("are let through when the engine is closed, which leaves no timer behind", async () => {
    const { engine, clock } = await setUp();
    check(engine, "a");
    const waiting = check(engine, "a");
    await engine.close();
    await clock.advance(0);
    expect(waiting.response).to.include({ accepted: true });
    expect(clock.pending).to.equal(0);
  });

  it("are no more than the engine was told", async () => {
    const { engine, clock, events } = await setUp();
    const flows = Array.from({ length: 4 }, () => check(engine, "a"));
    await clock.advance(0);
    expect(flows.map(({ response }) => response?.accepted)).to.deep.equal([true, undefined, undefined, false]);
    expect(events.map(({ outcome }) => outcome)).to.deep.equal(["queue-full"]);
  });

  it("are none, and for no time, where the engine was told so", async () => {
    for (const options of [{ maxQueue: 0 }, { maxQueueMs: 0 }]) {
      const engine = await createEngine({ ...options, clock: new FakeClock(), policies: policy("a") });
      check(engine, "a");
      expect(check(engine, "a").response).to.include({ accepted: false });
    }
  });

  for (const options of [{ maxQueue: -1 }, { maxQueue: Number.NaN }, { maxQueueMs: Number.POSITIVE_INFINITY }]) {
    it(`cannot be limited by ${Object.keys(options)} ${Object.values(options)}`, async () => {
      const failed = await createEngine({ ...options, policies: [] }).catch((error: unknown) => error);
      expect(failed).to.include({ code: "APERTURE_OPTION_INVALID" });
    });
  }
});
