import type { Awaitable, CheckRequest, Lease } from "@aperture-flow/core";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";
import { MemoryBackend } from "../src/backend/memory.ts";
import { createEngine } from "../src/create-engine.ts";

const FLOWS = 1_000_000;
const USERS = 200;
const LIMIT = 5;
const MAX_INFLIGHT_MS = 5000;
const FLOWS_PER_STEP = 100;
const STEP_MS = 50;
/** Exact in binary, so that sums are too. */
const WEIGHTS = ["1", "1", "1", "2", "0", "0.5", "7"];

/** The rate limiter drops flows that hold a slot by then, which gives it back. */
const POLICY = `
circuit:
  components:
    - flow_control:
        concurrency_limiter:
          in_ports: { max_concurrency: { constant_signal: { value: ${LIMIT} } } }
          parameters: { limit_by_label_key: user, max_inflight_duration: ${MAX_INFLIGHT_MS}ms }
          request_parameters: { tokens_label_key: weight }
          selectors: [{ control_point: export }]
    - flow_control:
        rate_limiter:
          in_ports: { bucket_capacity: { constant_signal: { value: 3 } }, fill_amount: { constant_signal: { value: 3 } } }
          parameters: { limit_by_label_key: user, interval: 1s }
          selectors: [{ control_point: export }]
`;

type Fate = "ends" | "ends twice" | "never ends" | "is cancelled";
const FATES: readonly Fate[] = ["ends", "ends", "ends", "ends", "ends twice", "never ends", "is cancelled"];

/** What is in flight for one user, kept in the plainest way: leases by id, the oldest first. */
class Ledger {
  readonly #live = new Map<string, { readonly tokens: number; readonly untilMs: number }>();
  inFlight = 0;

  add({ id, tokens }: Lease, nowMs: number): void {
    this.#live.set(id, { tokens, untilMs: nowMs + MAX_INFLIGHT_MS });
    this.inFlight += tokens;
  }

  remove(id: string): boolean {
    this.inFlight -= this.#live.get(id)?.tokens ?? 0;
    return this.#live.delete(id);
  }

  expire(nowMs: number): void {
    for (const [id, { untilMs }] of this.#live) {
      if (untilMs >= nowMs) return;
      this.remove(id);
    }
  }
}

interface OpenFlow {
  readonly user: number;
  readonly lease: Lease;
  readonly fate: Fate;
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function atOnce<T>(answer: Awaitable<T>): T {
  if (answer instanceof Promise) throw new Error("an engine in memory answers at once");
  return answer;
}

async function setUp(random: () => number) {
  const clock = new FakeClock();
  const backend = new MemoryBackend({ clock });
  const engine = await createEngine({ clock, backend, policies: { yaml: POLICY, name: "slots" } });
  const ledgers = Array.from({ length: USERS }, () => new Ledger());
  const outcomes = { accepted: 0, full: 0, reverted: 0, returned: 0, late: 0 };
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const ledgerOf = (user: number): Ledger => {
    const ledger = ledgers[user] as Ledger;
    ledger.expire(clock.nowMs());
    return ledger;
  };

  /** A flow that got in and is still to end, if it is. */
  function start(): OpenFlow | undefined {
    const user = Math.floor(random() * USERS);
    const ledger = ledgerOf(user);
    const labels = { user: `${user}`, weight: pick(WEIGHTS) };
    const request: CheckRequest = { controlPoint: "export", labels, rampMode: false, expectEnd: true };
    const response = atOnce(engine.check(request));
    const [decision] = response.decisions;
    expect(decision?.tokens.current, "in flight before the flow").to.equal(ledger.inFlight);
    expect(decision?.dropped, "dropped").to.equal(ledger.inFlight >= LIMIT);
    if (!response.accepted) {
      outcomes[decision?.dropped === true ? "full" : "reverted"] += 1;
      return undefined;
    }
    const [lease] = response.leases;
    if (lease === undefined) throw new Error("a flow that got in holds a lease");
    ledger.add(lease, clock.nowMs());
    outcomes.accepted += 1;
    return { user, lease, fate: pick(FATES) };
  }

  function end({ user, lease, fate }: OpenFlow): void {
    const forged = { ...lease, id: `${lease.id}x` };
    const leases = fate === "ends twice" ? [forged, lease, lease] : [lease];
    const { returns } = atOnce(engine.end({ controlPoint: "export", leases }));
    const ledger = ledgerOf(user);
    for (const { lease: given, returned, error } of returns) {
      expect(error).to.equal(undefined);
      expect(returned, "returned").to.equal(ledger.remove(given.id));
      outcomes[returned ? "returned" : "late"] += 1;
    }
  }

  return { clock, backend, engine, ledgers, outcomes, start, end };
}

const seed = Number(process.env["LONG_SEED"] ?? Math.floor(Math.random() * 2 ** 32));

describe("slots over a long time", () => {
  it(`are in flight exactly while they are held: a million flows, LONG_SEED=${seed}`, async () => {
    const random = randomFrom(seed);
    const { clock, backend, engine, ledgers, outcomes, start, end } = await setUp(random);
    const open: OpenFlow[] = [];
    for (let count = 0; count < FLOWS; count++) {
      const flow = start();
      if (flow?.fate === "is cancelled") end(flow);
      else if (flow !== undefined && flow.fate !== "never ends") open.push(flow);
      // About as many end as start, in any order; some so late that they count as ended already.
      if (open.length > 500 || random() < 0.05) {
        const index = Math.floor(random() * open.length);
        const [ending] = open.splice(index, 1);
        if (ending !== undefined) end(ending);
      }
      if (count % FLOWS_PER_STEP === 0) await clock.advance(STEP_MS);
    }
    for (const flow of open.splice(0)) end(flow);
    await clock.advance(MAX_INFLIGHT_MS + 2000);
    for (const ledger of ledgers) {
      ledger.expire(clock.nowMs());
      expect(ledger.inFlight).to.equal(0);
    }
    expect(backend.size.slots, "nothing is kept for nobody").to.equal(0);
    for (const [outcome, times] of Object.entries(outcomes)) expect(times, outcome).to.be.above(1000);
    await Promise.all([engine.close(), backend.close()]);
    expect(clock.pending).to.equal(0);
  });
});
