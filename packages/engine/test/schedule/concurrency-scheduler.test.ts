import type { CheckResponse, Lease } from "@aperture-flow/core";
import { expect } from "chai";
import fc from "fast-check";
import { createEngine, MemoryBackend } from "../../src/index.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

async function withSlots(limit: number, scheduler: object = {}) {
  const clock = new FakeClock();
  const backend = new MemoryBackend({ clock });
  const engine = await createEngine({
    clock,
    backend,
    policies: {
      blueprint: "concurrency-scheduling/base",
      policy: {
        policy_name: "slots",
        concurrency_scheduler: {
          max_concurrency: limit,
          concurrency_limiter: { max_inflight_duration: "30s" },
          scheduler,
          selectors: [{ control_point: "cp" }],
        },
      },
    },
  });
  const check = (labels: Record<string, string> = {}, call = {}) =>
    engine.check({ controlPoint: "cp", labels, rampMode: false, expectEnd: true }, call);
  const end = (leases: readonly Lease[]) => engine.end({ controlPoint: "cp", leases });
  return { engine, clock, backend, check, end };
}

const leasesOf = (response: CheckResponse) => (response.accepted ? response.leases : []);

describe("a concurrency scheduler", () => {
  it("lets the next run in the moment in which one ends, without a limit on waiting (T87)", async () => {
    const { clock, check, end } = await withSlots(1);
    const first = check() as CheckResponse;
    const second = check();
    expect(second).to.be.instanceOf(Promise);
    await clock.advance(1234);
    end(leasesOf(first));
    const admitted = await second;
    expect(admitted.accepted).to.equal(true);
    expect(clock.nowMs()).to.equal(1234);
    expect(leasesOf(admitted)).to.have.lengthOf(1);
  });

  it("lets the next run when a lease has run out whose flow never ended", async () => {
    const { clock, check } = await withSlots(1);
    check();
    const second = check();
    await clock.advance(30_000);
    await clock.advance(2);
    expect((await second).accepted).to.equal(true);
  });

  it("does not count a flow twice that is ended twice", async () => {
    const { check, end } = await withSlots(2);
    const first = check() as CheckResponse;
    check();
    end(leasesOf(first));
    end(leasesOf(first));
    expect((check() as CheckResponse).accepted).to.equal(true);
    expect(check()).to.be.instanceOf(Promise);
  });

  it("lets thousands through that were waiting for one long flow", async () => {
    const { check, end } = await withSlots(5000, { tokens_label_key: "tokens" });
    const all = check({ tokens: "5000" }) as CheckResponse;
    const waiting = Array.from({ length: 4000 }, () => check());
    end(leasesOf(all));
    const responses = await Promise.all(waiting);
    expect(responses.every(({ accepted }) => accepted)).to.equal(true);
  });

  it("holds nothing when all flows have ended, whoever left, timed out or was cancelled on the way", async () => {
    const flows = fc.array(
      fc.record({
        atMs: fc.nat(5000),
        holdMs: fc.nat(800),
        queueMs: fc.integer({ min: 1, max: 1000 }),
        leavesMs: fc.option(fc.nat(1000), { nil: undefined }),
        tokens: fc.integer({ min: 1, max: 3 }),
        priority: fc.integer({ min: 1, max: 9 }),
      }),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(flows, fc.integer({ min: 1, max: 4 }), async (given, limit) => {
        const keys = { tokens_label_key: "tokens", priority_label_key: "priority", decision_deadline_margin: "0s" };
        const { clock, backend, check, end } = await withSlots(limit, keys);
        let inFlight = 0;
        let settled = 0;
        for (const { atMs, holdMs, queueMs, leavesMs, tokens, priority } of given) {
          clock.after(atMs, () => {
            const leaving = new AbortController();
            if (leavesMs !== undefined) clock.after(leavesMs, () => leaving.abort());
            const labels = { tokens: String(tokens), priority: String(priority) };
            const call = { timeoutMs: queueMs, signal: leaving.signal };
            void Promise.resolve(check(labels, call)).then((response) => {
              settled += 1;
              if (!response.accepted) return;
              // The last one in may overshoot: its own size does not count.
              expect(inFlight).to.be.below(limit);
              inFlight += tokens;
              clock.after(holdMs, () => {
                inFlight -= tokens;
                end(response.leases);
              });
            });
          });
        }
        await clock.advance(10_000);
        expect(settled).to.equal(given.length);
        expect(inFlight).to.equal(0);
        expect(backend.size.slots).to.equal(0);
        await backend.close();
        expect(clock.pending).to.equal(0);
      }),
      { numRuns: 60 },
    );
  });

  it("starves nobody: the least priority gets 80 % of its share in each 10 seconds", async () => {
    const { clock, check, end } = await withSlots(1, { priority_label_key: "priority" });
    const windows = new Map<number, number>();
    const keepCalling = (priority: number) => {
      void Promise.resolve(check({ priority: String(priority) }, { timeoutMs: 60_000 })).then((response) => {
        const window = Math.floor(clock.nowMs() / 10_000);
        if (priority === 1) windows.set(window, (windows.get(window) ?? 0) + 1);
        clock.after(10, () => end(leasesOf(response)));
        keepCalling(priority);
      });
    };
    for (const priority of [1, 9]) for (let depth = 0; depth < 3; depth += 1) keepCalling(priority);
    await clock.advance(30_000);
    for (const window of [0, 1, 2]) expect(windows.get(window), `window ${window}`).to.be.at.least(0.8 * 100);
  });
});
