import type { CheckResponse, LimiterDecision } from "@aperture-flow/core";
import { expect } from "chai";
import { createEngine, type Engine } from "../../src/index.ts";
import type { QueueEvent } from "../../src/observer.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

type Json = Readonly<Record<string, unknown>>;

interface Setting {
  readonly scheduler?: Json;
  readonly rateLimiter?: Json;
  readonly capacity?: number;
  readonly fill?: number;
}

/** An engine with one quota scheduler: 2 tokens at once, then 1 a second, unless told otherwise. */
async function withQuota({ scheduler = {}, rateLimiter = {}, capacity = 2, fill = 1 }: Setting = {}) {
  const clock = new FakeClock();
  const queued: QueueEvent[] = [];
  const engine = await createEngine({
    clock,
    observer: { queue: (event) => queued.push(event) },
    policies: {
      blueprint: "quota-scheduling/base",
      policy: {
        policy_name: "quota",
        quota_scheduler: {
          bucket_capacity: capacity,
          fill_amount: fill,
          rate_limiter: { interval: "1s", ...rateLimiter },
          scheduler: { default_workload_parameters: { queue_timeout: "10s" }, ...scheduler },
          selectors: [{ control_point: "cp" }],
        },
      },
    },
  });
  return {
    engine,
    clock,
    queued,
    flow: (labels: Record<string, string> = {}, call = {}) => start(engine, labels, { clock, call }),
  };
}

interface Started {
  readonly decision: () => LimiterDecision | undefined;
  readonly accepted: () => boolean | undefined;
  readonly settledMs: () => number | undefined;
}

function start(
  engine: Engine,
  labels: Record<string, string>,
  { clock, call }: { clock: FakeClock; call: object },
): Started {
  let response: CheckResponse | undefined;
  let settledMs: number | undefined;
  const settle = (settled: CheckResponse) => {
    response = settled;
    settledMs = clock.nowMs();
  };
  const answer = engine.check({ controlPoint: "cp", labels, rampMode: false, expectEnd: true }, call);
  if (answer instanceof Promise) void answer.then(settle);
  else settle(answer);
  return {
    decision: () => response?.decisions[0],
    accepted: () => response?.accepted,
    settledMs: () => settledMs,
  };
}

describe("a quota scheduler", () => {
  it("admits at once what there is, and then one a second in order (T66)", async () => {
    const { clock, flow } = await withQuota();
    expect(flow().decision()?.tokens).to.deep.equal({ consumed: 1, remaining: 1, current: 1 });
    expect(flow().decision()?.tokens).to.deep.equal({ consumed: 1, remaining: 0, current: 2 });
    const third = flow();
    await clock.advance(100);
    const fourth = flow();
    await clock.advance(899);
    expect(third.accepted()).to.equal(undefined);
    await clock.advance(1);
    expect([third.accepted(), third.settledMs()]).to.deep.equal([true, 1000]);
    expect(third.decision()?.tokens).to.deep.equal({ consumed: 1, remaining: -1, current: 3 });
    await clock.advance(1000);
    expect([fourth.accepted(), fourth.settledMs()]).to.deep.equal([true, 2000]);
    expect(clock.pending).to.be.at.most(1);
  });

  it("rejects at once what cannot be there in time, takes nothing, and says when it would be (T68)", async () => {
    const { clock, flow } = await withQuota({ scheduler: { default_workload_parameters: { queue_timeout: "0.5s" } } });
    flow();
    flow();
    const third = flow();
    await clock.advance(0);
    expect([third.accepted(), third.settledMs()]).to.deep.equal([false, 0]);
    expect(third.decision()).to.deep.include({ dropped: true, waitMs: 1000, status: 503 });
    expect(flow({}, { timeoutMs: 5 }).decision()?.tokens).to.deep.equal({ consumed: 0, remaining: 0, current: 2 });
  });

  it("admits without waiting when tokens are there, however short the caller's time is", async () => {
    const { flow } = await withQuota({ scheduler: { default_workload_parameters: { queue_timeout: "0s" } } });
    expect(flow({}, { timeoutMs: 1 }).accepted()).to.equal(true);
    expect(flow().accepted()).to.equal(true);
    expect(flow().accepted()).to.equal(false);
  });

  it("waits no longer than the caller does, less the margin (T81)", async () => {
    const { clock, flow } = await withQuota({ scheduler: { default_workload_parameters: { queue_timeout: "30s" } } });
    for (let taken = 0; taken < 2; taken += 1) flow();
    const short = flow({}, { timeoutMs: 1009 });
    const enough = flow({}, { timeoutMs: 1010 });
    await clock.advance(1000);
    expect([short.accepted(), enough.accepted()]).to.deep.equal([false, true]);
  });

  it("queues for a minute at most where nobody sets a limit", async () => {
    const { clock, flow } = await withQuota({
      scheduler: { default_workload_parameters: {} },
      capacity: 1,
      fill: 0.01,
    });
    flow();
    const waiting = flow();
    await clock.advance(0);
    expect(waiting.accepted()).to.equal(false);
    expect(waiting.decision()?.waitMs).to.equal(100_000);
  });

  it("serves workloads by priority, and tells what overtook what", async () => {
    const workloads = [
      {
        name: "gold",
        label_matcher: { match_labels: { tier: "gold" } },
        parameters: { priority: 4, queue_timeout: "60s" },
      },
    ];
    const { clock, flow, queued } = await withQuota({
      capacity: 1,
      scheduler: { workloads, default_workload_parameters: { queue_timeout: "60s" } },
    });
    flow();
    for (let index = 0; index < 3; index += 1) flow();
    for (let index = 0; index < 3; index += 1) flow({ tier: "gold" });
    await clock.advance(6000);
    // The first in line is served already when gold comes.
    expect(queued.map(({ workload }) => workload)).to.deep.equal([
      "default",
      "gold",
      "gold",
      "gold",
      "default",
      "default",
    ]);
    expect(queued.map(({ overtakenTokens }) => overtakenTokens)).to.deep.equal([0, 2, 2, 2, -3, -3]);
    expect(queued.map(({ waitedMs }) => waitedMs)).to.deep.equal([1000, 2000, 3000, 4000, 5000, 6000]);
  });

  it("takes workload, priority and tokens from labels (T77, T78, T79)", async () => {
    const workloads = [
      { label_matcher: { match_labels: { kind: "batch" } }, parameters: { priority: 2, tokens: 3 } },
      { name: "named", label_matcher: { match_labels: { kind: "batch" } }, parameters: { priority: 9 } },
    ];
    const keys = { workload_label_key: "wl", priority_label_key: "prio", tokens_label_key: "cost" };
    const { flow } = await withQuota({ capacity: 100, scheduler: { workloads, ...keys } });
    const of = (labels: Record<string, string>) => {
      const { workload, priority, tokens } = flow(labels).decision() ?? {};
      return [workload, priority, tokens?.consumed];
    };
    expect(of({})).to.deep.equal(["default", 1, 1]);
    expect(of({ kind: "batch" })).to.deep.equal(["0", 2, 3]);
    expect(of({ kind: "batch", wl: "gold" })).to.deep.equal(["gold", 2, 3]);
    expect(of({ prio: "5", cost: "7" })).to.deep.equal(["default", 5, 7]);
    for (const prio of ["0", "-1", "x", "Infinity", ""]) expect(of({ prio })).to.deep.equal(["default", 1, 1]);
  });

  it("keeps the backlog of one label value from another, and lets flows without the label pass (T84)", async () => {
    const { clock, flow } = await withQuota({ rateLimiter: { limit_by_label_key: "user" }, capacity: 1 });
    flow({ user: "alice" });
    const waiting = flow({ user: "alice" });
    expect(flow({ user: "bob" }).accepted()).to.equal(true);
    expect(flow().decision()).to.include({ reason: "key-not-found", label: "", workload: "default", dropped: false });
    await clock.advance(1000);
    expect(waiting.accepted()).to.equal(true);
  });

  it("drops a flow whose caller has left, and gives its tokens to the next", async () => {
    const { clock, flow, queued } = await withQuota({ capacity: 1 });
    flow();
    const leaving = new AbortController();
    const first = flow({}, { signal: leaving.signal });
    const second = flow();
    await clock.advance(500);
    leaving.abort();
    await clock.advance(0);
    expect(first.accepted()).to.equal(false);
    expect(first.decision()?.reason).to.equal("cancelled");
    await clock.advance(500);
    expect([second.accepted(), second.settledMs()]).to.deep.equal([true, 1000]);
    expect(queued.map(({ outcome }) => outcome)).to.deep.equal(["cancelled", "admitted"]);
  });

  it("drops what would make its queue too long, with a reason", async () => {
    const { clock, flow } = await withQuota({
      capacity: 1,
      scheduler: { default_workload_parameters: { queue_timeout: "60s" } },
    });
    flow();
    const flows = Array.from({ length: 5001 }, () => flow());
    await clock.advance(0);
    const last = flows.at(-1)?.decision();
    expect(last).to.include({ dropped: true, reason: "queue-full" });
  });
});
