import { compare, type Result } from "../compare.ts";
import { type Comparison, samplesOf, smoothed, type Target } from "../comparison.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { type OwnProcess, Processes } from "../own-process.ts";
import { differences } from "../statistics.ts";
import type { Question } from "./decider-process.ts";
import { DECIDERS } from "./deciders.ts";
import { evictions } from "./evictions.ts";

const OURS = "our bucket step";
const OUR_FLOW = "our flow";
const OUR_RECORDED_FLOW = "our flow, recorded";
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
  const candidates = Object.keys(DECIDERS)
    .filter((name) => name !== OUR_FLOW && name !== OUR_RECORDED_FLOW)
    .map((name) => ({ name, process: start(processes, name, amount(keys, effort)) }));
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
  const candidates = [OUR_FLOW, OUR_RECORDED_FLOW].map((name) => {
    const process = start(processes, name, 1);
    return { name, round: () => decide(process, effort) };
  });
  const compared = await compare(candidates, rounds(2 * ROUNDS, "decisions, telemetry", effort));
  const cost = differences(samplesOf(compared, OUR_RECORDED_FLOW), samplesOf(compared, OUR_FLOW));
  const results = smoothed([...compared, { name: THE_RECORD, samples: cost }], ROUNDS_OF_A_SAMPLE);
  return {
    group: "A flow from start to end, CPU",
    title: "1 key",
    unit: "ns",
    results,
    targets: [{ kind: "must", candidate: THE_RECORD, bound: "at most", limit: 200 }],
  };
}

function start(processes: Processes, name: string, keys: number): OwnProcess {
  return processes.start(new URL("./decider-process.js", import.meta.url), [name, String(keys)], ["--expose-gc"]);
}

function decide(process: OwnProcess, effort: Effort): Promise<number> {
  return process.ask({ decide: amount(DECISIONS, effort) } satisfies Question);
}
