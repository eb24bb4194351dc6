import type { CheckResponse, Labels } from "@aperture-flow/core";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";
import { createEngine } from "../../src/create-engine.ts";

const WORKLOADS = {
  workloads: [
    {
      name: "interactive",
      label_matcher: { match_labels: { call: "interactive" } },
      parameters: { priority: 200, queue_timeout: "5s" },
    },
    {
      label_matcher: { expression: { label_matches: { label: "call", regex: "^b" } } },
      parameters: { tokens: 2 },
    },
  ],
  default_workload_parameters: { priority: 3, queue_timeout: "1s" },
  priority_label_key: "priority",
  tokens_label_key: "tokens",
  workload_label_key: "workload",
};

async function setUp(policy: object) {
  const clock = new FakeClock();
  const engine = await createEngine({ clock, policies: policy });
  const check = (labels: Labels = {}) =>
    engine.check({ controlPoint: "a", labels, rampMode: false, expectEnd: true }, { timeoutMs: 60_000 });
  const decisionOf = async (labels: Labels = {}) => (await check(labels)).decisions[0];
  return { engine, clock, check, decisionOf };
}

describe("quota-scheduling/base", () => {
  const policy = (bucket: object, scheduler?: object) => ({
    blueprint: "quota-scheduling/base",
    policy: {
      policy_name: "quota",
      quota_scheduler: {
        bucket_capacity: 100,
        fill_amount: 10,
        rate_limiter: { interval: "1s", limit_by_label_key: "key" },
        selectors: [{ control_point: "a" }],
        scheduler,
        ...bucket,
      },
    },
  });

  it("passes every parameter on", async () => {
    const { engine, decisionOf } = await setUp(policy({}, WORKLOADS));
    const key = { key: "k" };
    expect(await decisionOf({ ...key, call: "interactive" })).to.deep.include({
      kind: "quota-scheduler",
      label: "key:k",
      workload: "interactive",
      priority: 200,
      tokens: { consumed: 1, remaining: 99, current: 1 },
      quota: { limit: 100, windowMs: 10_000 },
      status: 503,
    });
    const batch = await decisionOf({ ...key, call: "batch" });
    expect(batch).to.deep.include({ workload: "1", priority: 1 });
    expect(batch?.tokens.consumed).to.equal(2);
    const own = await decisionOf({ ...key, priority: "7", tokens: "4", workload: "gold" });
    expect(own).to.deep.include({ workload: "gold", priority: 7 });
    expect(own?.tokens.consumed).to.equal(4);
    expect((await decisionOf({}))?.reason).to.equal("key-not-found");
    await engine.close();
  });

  it("lets flows wait for their tokens, as long as their workload says", async () => {
    const scheduler = { ...WORKLOADS, denied_response_status_code: "TooManyRequests" };
    const { engine, clock, check } = await setUp(policy({ bucket_capacity: 1, fill_amount: 1 }, scheduler));
    const done: [string, CheckResponse][] = [];
    const ask = (name: string, labels: Labels) =>
      Promise.resolve(check({ key: "k", ...labels })).then((response) => void done.push([name, response]));
    const flows = [
      ask("first", {}),
      ask("second", { call: "interactive" }),
      ask("third", { call: "interactive" }),
      ask("impatient", {}),
    ];
    await clock.advance(3000);
    await Promise.all(flows);
    expect(done.map(([name, { accepted }]) => [name, accepted])).to.deep.equal([
      ["first", true],
      ["second", true],
      ["impatient", false],
      ["third", true],
    ]);
    const [, impatient] = done[2] ?? [];
    expect(impatient).to.deep.include({ reason: "no-tokens", status: 429 });
    await engine.close();
  });

  it("has defaults for all of the scheduler", async () => {
    const { engine, decisionOf } = await setUp(policy({}));
    expect(await decisionOf({ key: "k" })).to.deep.include({ workload: "default", priority: 1, status: 503 });
    await engine.close();
  });
});

describe("concurrency-scheduling/base", () => {
  const policy = (given: object) => ({
    blueprint: "concurrency-scheduling/base",
    policy: {
      policy_name: "slots",
      concurrency_scheduler: {
        max_concurrency: 1,
        concurrency_limiter: { max_inflight_duration: "30s" },
        selectors: [{ control_point: "a" }],
        ...given,
      },
    },
  });

  it("lets the next flow in when one ends, and when one never does", async () => {
    const { engine, clock, check } = await setUp(policy({}));
    const first = await check();
    if (!first.accepted) throw new Error("the first is let in");
    expect(first.decisions[0]).to.deep.include({ kind: "concurrency-scheduler", dropped: false, workload: "default" });
    const second = check();
    expect(second).to.be.instanceOf(Promise);
    await engine.end({ controlPoint: "a", leases: first.leases });
    expect((await second).accepted).to.equal(true);
    const third = check();
    await clock.advance(30_001);
    expect((await third).accepted).to.equal(true);
    await engine.close();
  });

  it("counts each value of the label on its own", async () => {
    const concurrency_limiter = { max_inflight_duration: "30s", limit_by_label_key: "user" };
    const { engine, decisionOf } = await setUp(policy({ concurrency_limiter }));
    expect((await decisionOf({ user: "a" }))?.lease).to.deep.include({ label: "user:a", tokens: 1 });
    expect((await decisionOf({ user: "b" }))?.dropped).to.equal(false);
    expect((await decisionOf({}))?.reason).to.equal("key-not-found");
    await engine.close();
  });
});
