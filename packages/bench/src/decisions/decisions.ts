import { compare, figure, type Result } from "../compare.ts";
import { type Comparison, smoothed, type Target } from "../comparison.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { type OwnProcess, Processes } from "../own-process.ts";
import type { Question } from "./decider-process.ts";
import { DECIDERS } from "./deciders.ts";
import { evictions } from "./evictions.ts";
import type { FlowCosts } from "./record-process.ts";

const OURS = "our bucket step";
const THE_RECORD = "the record";

/** The numbers of keys that decisions are made for. */
export const KEY_COUNTS: readonly number[] = [1, 10_000, 1_000_000];

const ROUNDS = 45;
/** So many of them make a sample. */
const ROUNDS_OF_A_SAMPLE = 5;
const DECISIONS = 60_000;

/** One limiter in memory, alone: time by number of keys, memory of a key, and what forgetting costs. */
export async function decisions(effort: Effort): Promise<readonly Comparison[]> {
  const found: Comparison[] = [];
  for (const keys of KEY_COUNTS) found.push(...(await decisionsOn(keys, effort)));
  return [...found, await telemetry(effort), ...(await evictions(effort))];
}

export const TIME_GROUP = "One decision, CPU by number of keys";
export const MEMORY_GROUP = "Memory of a key, its text included";

async function decisionsOn(keys: number, effort: Effort): Promise<readonly Comparison[]> {
  await using processes = new Processes();
  const candidates = Object.keys(DECIDERS).map((name) => ({
    name,
    process: start(processes, name, amount(keys, effort)),
  }));
  const memory: Result[] = [];
  for (const { name, process } of candidates) {
    memory.push({ name, samples: [await process.ask<number>("fill" satisfies Question)] });
  }
  const title = `${keys.toLocaleString("en")} ${keys === 1 ? "key" : "keys"}`;
  const compared = await compare(
    candidates.map(({ name, process }) => ({ name, round: () => decide(process, effort) })),
    rounds(ROUNDS, `decisions, ${title}`, effort),
  );
  const results = smoothed(compared, ROUNDS_OF_A_SAMPLE);
  const time: Comparison = { group: TIME_GROUP, title, unit: "ns", results, targets: TIME_TARGETS };
  if (keys !== KEY_COUNTS.at(-1)) return [time];
  return [time, { group: MEMORY_GROUP, title: `of ${title}`, unit: "bytes", results: memory, targets: MEMORY_TARGETS }];
}

const TIME_TARGETS: readonly Target[] = [
  { kind: "must", candidate: OURS, bound: "at most", limit: 1.3, times: ["floor: objects in a Map"] },
  { kind: "must", candidate: "our engine.check", bound: "at most", limit: 1, times: ["rate-limiter-flexible"] },
];

const MEMORY_TARGETS: readonly Target[] = [{ kind: "must", candidate: OURS, bound: "at most", limit: 128 }];

/** What it costs the path of a flow that somebody takes its record. */
async function telemetry(effort: Effort): Promise<Comparison> {
  await using processes = new Processes();
  const process = processes.start(new URL("./record-process.js", import.meta.url), [], ["--expose-gc"]);
  const round = () => process.ask<FlowCosts>(amount(DECISIONS, effort));
  const compared = await compare([{ name: THE_RECORD, round }], rounds(2 * ROUNDS, "decisions, telemetry", effort));
  const results = [
    ...figure(compared, ({ plain }) => plain).map(({ samples }) => ({ name: "our flow", samples })),
    ...figure(compared, ({ recorded }) => recorded).map(({ samples }) => ({ name: "our flow, recorded", samples })),
    ...figure(compared, ({ plain, recorded }) => recorded - plain),
  ];
  return {
    group: "A flow from start to end, CPU",
    title: "1 key",
    unit: "ns",
    results: smoothed(results, ROUNDS_OF_A_SAMPLE),
    targets: [{ kind: "must", candidate: THE_RECORD, bound: "at most", limit: 200 }],
  };
}

function start(processes: Processes, name: string, keys: number): OwnProcess {
  return processes.start(new URL("./decider-process.js", import.meta.url), [name, String(keys)], ["--expose-gc"]);
}

function decide(process: OwnProcess, effort: Effort): Promise<number> {
  return process.ask({ decide: amount(DECISIONS, effort) } satisfies Question);
}
