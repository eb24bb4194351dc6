import { type Candidate, compare, type Result } from "../compare.ts";
import type { Comparison, Target } from "../comparison.ts";
import { amount, type Effort, freshRounds } from "../effort.ts";
import { Processes } from "../own-process.ts";
import { median } from "../statistics.ts";
import { BARE, type Contender, FLOOR, OURS, OURS_REFUSING } from "./contender.ts";
import { FRAMEWORKS, PEERS } from "./frameworks.ts";
import type { Measurement, Part } from "./in-process.ts";
import { overSockets } from "./sockets.ts";

/** What a request pays for being limited in this process, beyond what the bare framework costs. */
export async function adapters(effort: Effort): Promise<readonly Comparison[]> {
  const found: Comparison[] = [];
  for (const framework of Object.keys(FRAMEWORKS)) found.push(...(await withoutSockets(framework, effort)));
  for (const framework of Object.keys(FRAMEWORKS)) {
    const { peer, byHand } = PEERS[framework] as (typeof PEERS)[string];
    found.push(...(await overSockets(framework, [FLOOR, byHand, peer], effort)));
  }
  return found;
}

/** The group of a framework's costs without sockets, for the plot. */
export function costGroup(framework: string): string {
  return `${framework}: CPU on top of the bare framework`;
}

const ROUNDS = 5;
/** In each process. The compiler needs to have seen as many requests before. */
const MEASUREMENTS = 4;

async function withoutSockets(framework: string, effort: Effort): Promise<readonly Comparison[]> {
  const contenders = await (FRAMEWORKS[framework] as (typeof FRAMEWORKS)[string])();
  const measured = contenders.filter(({ name }) => name !== BARE);
  const alone = measured.filter(({ middleware }) => middleware !== undefined);
  const group = costGroup(framework);
  const targets = targetsOf(framework);
  return [
    {
      group,
      title: "middleware",
      unit: "us",
      results: await inProcess({ framework, part: "middleware", contenders: alone }, effort),
      targets: targets.middleware,
    },
    {
      group,
      title: "framework",
      unit: "us",
      results: await inProcess({ framework, part: "application", contenders: measured }, effort),
      targets: targets.framework,
    },
  ];
}

/** Those whose same part is compared. */
interface Field {
  readonly framework: string;
  readonly part: Part;
  readonly contenders: readonly Contender[];
}

function inProcess({ framework, part, contenders }: Field, effort: Effort): Promise<readonly Result[]> {
  const candidates = contenders.map(
    ({ name }): Candidate => ({ name, round: () => costOf({ framework, name, part }, effort) }),
  );
  return compare(candidates, freshRounds(ROUNDS, `${framework}, ${part}`, effort));
}

interface Subject {
  readonly framework: string;
  readonly name: string;
  readonly part: Part;
}

/**
 * One round, in a process of its own that ends with it, with the bare framework beside the contender. What the compiler
 * makes of a program differs from process to process by more than what we want to see; and of ten processes that take
 * turns, in some virtual machines each takes a third longer than it does alone.
 */
async function costOf({ framework, name, part }: Subject, effort: Effort): Promise<number> {
  await using processes = new Processes();
  const requests = amount(PEERS[framework]?.requests as number, effort);
  const warmUp = effort.quick ? 0 : requests * MEASUREMENTS;
  const process = processes.start(new URL("./in-process.js", import.meta.url), [framework, name, part, `${warmUp}`]);
  const costs: number[] = [];
  for (let measured = 0; measured < (effort.quick ? 1 : MEASUREMENTS); measured += 1) {
    costs.push(await process.ask<number>({ requests, bareFirst: measured % 2 === 0 } satisfies Measurement));
  }
  return median(costs);
}

interface Targets {
  readonly middleware: readonly Target[];
  readonly framework: readonly Target[];
}

function targetsOf(framework: string): Targets {
  const { peer, withHeaders, shares } = PEERS[framework] as (typeof PEERS)[string];
  return {
    middleware: [{ kind: "aim", candidate: OURS, bound: "at most", limit: shares.middleware, times: withHeaders }],
    framework: [
      { kind: "must", candidate: OURS, bound: "at most", limit: shares.framework, times: [peer] },
      { kind: "must", candidate: OURS_REFUSING, bound: "at most", limit: 1, times: [OURS] },
    ],
  };
}
