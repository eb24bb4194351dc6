import { compare } from "../compare.ts";
import { type Comparison, samplesOf, type Target } from "../comparison.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { OwnProcess } from "../own-process.ts";
import { differences } from "../statistics.ts";
import { DECIDERS } from "./deciders.ts";
import type { Question } from "./decider-process.ts";
import { evictions } from "./evictions.ts";

const FLOOR = "floor: objects in a Map";
const PEER = "rate-limiter-flexible";

/** The numbers of keys that decisions are made for. */
export const KEY_COUNTS = [1, 10_000, 1_000_000] as const;

const ROUNDS = 9;
const DECISIONS = 300_000;

/** One limiter in memory, alone: time by number of keys, memory of a key, and what forgetting costs. */
export async function decisions(effort: Effort): Promise<readonly Comparison[]> {
  const found: Comparison[] = [];
  for (const count of KEY_COUNTS) found.push(...(await decisionsOf(amount(count, effort), effort)));
  found.push(await telemetry(effort), await evictions(effort));
  return found;
}

async function decisionsOf(keys: number, effort: Effort): Promise<readonly Comparison[]> {
  const title = `one decision, ${keys.toLocaleString("en")} ${keys === 1 ? "key" : "keys"}`;
  await using stack = new AsyncDisposableStack();
  const names = Object.keys(DECIDERS).filter((name) => !name.startsWith("our flow"));
  const processes = names.map((name) => ({ name, process: stack.use(start(name, keys)) }));
  const memory = [];
  for (const { name, process } of processes) {
    memory.push({ name, samples: [await process.ask<number>({ ask: "fill" } satisfies Question)] });
  }
  const results = await compare(
    processes.map(({ name, process }) => ({ name, round: () => decide(process, effort) })),
    rounds(ROUNDS, title, effort),
  );
  const time: Comparison = { title, unit: "ns", results, targets: TIME_TARGETS };
  if (keys < 1_000_000) return [time];
  return [time, { title: `heap of a key, of ${keys.toLocaleString("en")}`, unit: "bytes", results: memory, targets: MEMORY_TARGETS }];
}

const TIME_TARGETS: readonly Target[] = [
  { kind: "must", candidate: "our bucket step", bound: "at most", limit: 1.3, times: [FLOOR] },
  { kind: "must", candidate: "our engine.check", bound: "at most", limit: 1, times: [PEER] },
];

const MEMORY_TARGETS: readonly Target[] = [
  { kind: "must", candidate: "our bucket step", bound: "at most", limit: 128 },
];

/** What it costs the path of a flow that somebody takes its record. */
async function telemetry(effort: Effort): Promise<Comparison> {
  const title = "telemetry of a flow";
  await using without = start("our flow", 1);
  await using within = start("our flow, recorded", 1);
  const results = await compare(
    [
      { name: "our flow", round: () => decide(without, effort) },
      { name: "our flow, recorded", round: () => decide(within, effort) },
    ],
    rounds(2 * ROUNDS, title, effort),
  );
  const samples = differences(samplesOf(results, "our flow, recorded"), samplesOf(results, "our flow"));
  return {
    title,
    unit: "ns",
    results: [...results, { name: "the record", samples }],
    targets: [{ kind: "must", candidate: "the record", bound: "at most", limit: 200 }],
  };
}

function start(name: string, keys: number): OwnProcess {
  return OwnProcess.start(new URL("./decider-process.js", import.meta.url), [name, String(keys)], ["--expose-gc"]);
}

function decide(process: OwnProcess, effort: Effort): Promise<number> {
  return process.ask({ ask: "decide", count: amount(DECISIONS, effort) } satisfies Question);
}
