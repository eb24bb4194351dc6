import { type Candidate, compare, type Result } from "../compare.ts";
import { type Comparison, smoothed } from "../comparison.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { type OwnProcess, Processes } from "../own-process.ts";
import type { Held, Question } from "./line-process.ts";
import { LINES, OURS, OURS_LEAVING, TIMERS_LEAVING } from "./lines.ts";

/** How many wait. */
const COUNTS: readonly number[] = [100, 10_000, 100_000];
const FEWEST = 100;
const TARGET_COUNT = 10_000;
const MOST = 100_000;

const ROUNDS = 45;
/** So many of them make a sample. */
const ROUNDS_OF_A_SAMPLE = 5;
const TURNS = 20_000;

/**
 * For a thousand times as many: the logarithm grows by 2.5, and memory that is further away and the collector cost the rest.
 * To look for the one that gives up would take a thousand times as long.
 */
const FAR_FROM_LINEAR = 30;

export const TURN_GROUP = "One flow comes and one is admitted, CPU by how many wait";
const HELD_GROUP = "What those who wait hold";
const LEAVING_GROUP = "One flow comes and any other one gives up, CPU by how many wait";

/** The queue of those who wait for tokens: to come and be admitted, to give up, and to wait. */
export async function scheduler(effort: Effort): Promise<readonly Comparison[]> {
  const found: Comparison[] = [];
  for (const count of COUNTS) found.push(...(await turnsAmong(count, effort)));
  return [...found, await leaving(OURS_LEAVING, effort), await leaving(TIMERS_LEAVING, effort)];
}

async function turnsAmong(count: number, effort: Effort): Promise<readonly Comparison[]> {
  await using processes = new Processes();
  const held: Result<Held>[] = [];
  const candidates: Candidate[] = [];
  for (const name of Object.keys(LINES)) {
    if (name === OURS_LEAVING || name === TIMERS_LEAVING) continue;
    const process = start(processes, name, amount(count, effort));
    held.push({ name, samples: [await process.ask<Held>("fill" satisfies Question)] });
    candidates.push({ name, round: () => turn(process, effort) });
  }
  const title = `${count.toLocaleString("en")} waiting`;
  const results = await measured(candidates, title, effort);
  const limit = { kind: "must", candidate: OURS, bound: "at most", limit: 1000 } as const;
  const targets = count === TARGET_COUNT ? [limit] : [];
  const time: Comparison = { group: TURN_GROUP, title, unit: "ns", results, targets };
  return count === MOST ? [time, ...holding(held, title)] : [time];
}

function holding(held: readonly Result<Held>[], title: string): readonly Comparison[] {
  const of = (value: (one: Held) => number): readonly Result[] =>
    held.map(({ name, samples }) => ({ name, samples: samples.map(value) }));
  return [
    {
      group: HELD_GROUP,
      title: `each of ${title}`,
      unit: "bytes",
      results: of(({ bytesEach }) => bytesEach),
      targets: [{ kind: "must", candidate: OURS, bound: "at most", limit: 400 }],
    },
    {
      group: HELD_GROUP,
      title: "all together",
      unit: "timers",
      results: of(({ timers }) => timers),
      targets: [{ kind: "must", candidate: OURS, bound: "at most", limit: 1 }],
    },
  ];
}

async function leaving(name: string, effort: Effort): Promise<Comparison> {
  await using processes = new Processes();
  const candidates: Candidate[] = [];
  for (const count of COUNTS) {
    const process = start(processes, name, amount(count, effort));
    await process.ask<Held>("fill" satisfies Question);
    candidates.push({ name: waitingName(count), round: () => turn(process, effort) });
  }
  const results = await measured(candidates, name, effort);
  return {
    group: LEAVING_GROUP,
    title: name,
    unit: "ns",
    results,
    targets:
      name === OURS_LEAVING
        ? [
            {
              kind: "must",
              candidate: waitingName(MOST),
              bound: "at most",
              limit: FAR_FROM_LINEAR,
              times: [waitingName(FEWEST)],
            },
          ]
        : [],
  };
}

function waitingName(count: number): string {
  return `${count.toLocaleString("en")} waiting`;
}

async function measured(candidates: readonly Candidate[], title: string, effort: Effort): Promise<readonly Result[]> {
  const results = await compare(candidates, rounds(ROUNDS, `scheduler, ${title}`, effort));
  return smoothed(results, ROUNDS_OF_A_SAMPLE);
}

function start(processes: Processes, name: string, count: number): OwnProcess {
  return processes.start(new URL("./line-process.js", import.meta.url), [name, String(count)], ["--expose-gc"]);
}

function turn(process: OwnProcess, effort: Effort): Promise<number> {
  return process.ask({ turns: amount(TURNS, effort) } satisfies Question);
}
