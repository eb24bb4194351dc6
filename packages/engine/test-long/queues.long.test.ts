import type { CheckResponse } from "@aperture-flow/core";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";
import { MemoryBackend } from "../src/backend/memory.ts";
import { createEngine } from "../src/create-engine.ts";

const FLOWS = 1_000_000;
const FLOWS_PER_STEP = 100;
const STEP_MS = 10;
const SLOTS = 50;
const MAX_QUEUE = 2000;
const MAX_INFLIGHT_MS = 500;

/** About twice as many flows arrive as the slots and the quota let through. */
const POLICY = `
circuit:
  components:
    - flow_control:
        concurrency_scheduler:
          in_ports: { max_concurrency: { constant_signal: { value: ${SLOTS} } } }
          concurrency_limiter: { max_inflight_duration: ${MAX_INFLIGHT_MS}ms }
          scheduler: { priority_label_key: priority, fairness_label_key: user }
          selectors: [{ control_point: chat }]
    - flow_control:
        quota_scheduler:
          in_ports: { bucket_capacity: { constant_signal: { value: 100 } }, fill_amount: { constant_signal: { value: 4000 } } }
          rate_limiter: { interval: 1s }
          scheduler: { priority_label_key: priority, tokens_label_key: tokens }
          selectors: [{ control_point: chat }]
`;

const FATES = ["ends", "ends", "ends", "ends twice", "never ends", "is cancelled"] as const;

/** Uniform in [0, 1), the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("a million flows in queues", () => {
  const seed = Number(process.env["LONG_SEED"] ?? Math.floor(Math.random() * 2 ** 32));

  it(`all get an answer, and leave nothing behind, while policies are replaced: LONG_SEED=${seed}`, async () => {
    const random = generator(seed);
    const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock });
    const policies = { yaml: POLICY, name: "queues" };
    const changed = { yaml: POLICY.replace("value: 4000", "value: 4001"), name: "queues" };
    const counts = { admitted: 0, dropped: 0, returned: 0 };
    const engine = await createEngine({ clock, backend, policies, maxQueue: MAX_QUEUE, random });
    const due = new Map<number, (() => void)[]>();
    const later = (steps: number, run: () => void) => {
      const at = step + steps;
      due.set(at, [...(due.get(at) ?? []), run]);
    };
    const end = (response: CheckResponse, expected?: boolean) => {
      if (!response.accepted) return;
      const ended = engine.end({ controlPoint: "chat", leases: response.leases });
      if (ended instanceof Promise) throw new Error("an engine in memory answers at once");
      for (const { returned } of ended.returns) {
        if (returned) counts.returned += 1;
        if (expected !== undefined) expect(returned).to.equal(expected);
      }
    };
    let step = 0;
    let answered = 0;
    const settle = (response: CheckResponse, fate: (typeof FATES)[number]) => {
      answered += 1;
      counts[response.accepted ? "admitted" : "dropped"] += 1;
      if (!response.accepted || fate === "never ends") return;
      later(1 + Math.floor(random() * 4), () => {
        end(response);
        if (fate === "ends twice") end(response, false);
      });
    };
    for (; step * FLOWS_PER_STEP < FLOWS; step += 1) {
      // The same keeps who waits in it; another lets them go.
      if (step % 100 === 0) await engine.replacePolicies(step % 700 < 200 ? changed : policies);
      for (const run of due.get(step) ?? []) run();
      due.delete(step);
      for (let flow = 0; flow < FLOWS_PER_STEP; flow += 1) {
        const fate = pick(FATES);
        const controller = fate === "is cancelled" ? new AbortController() : undefined;
        const labels = {
          priority: pick(["1", "2", "8"]),
          user: pick(["a", "b", "c"]),
          tokens: pick(["1", "0.5", "3"]),
        };
        const call = { timeoutMs: pick([undefined, 20, 200, 2000]), signal: controller?.signal };
        const answer = engine.check({ controlPoint: "chat", labels, rampMode: false, expectEnd: true }, call);
        if (answer instanceof Promise) void answer.then((response) => settle(response, fate));
        else settle(answer, fate);
        if (controller !== undefined) later(Math.floor(random() * 3) + 1, () => controller.abort());
      }
      await clock.advance(STEP_MS);
    }
    await clock.advance(61_000);
    for (const runs of due.values()) for (const run of runs) run();
    await clock.advance(2 * MAX_INFLIGHT_MS);
    await clock.advance(2000);
    expect(answered).to.equal(FLOWS);
    expect(counts.admitted).to.be.at.least(FLOWS / 20);
    expect(counts.dropped).to.be.at.least(FLOWS / 20);
    expect(backend.size.slots).to.equal(0);
    await engine.close();
    await backend.close();
    expect(clock.pending).to.equal(0);
  }).timeout(600_000);
});
