import { type Candidate, compare, type Result } from "../compare.ts";
import { type Comparison, smoothed, type Target } from "../comparison.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { Processes } from "../own-process.ts";
import { BARE, type Contender, FLOOR, OURS, OURS_REFUSING } from "./contender.ts";
import { FRAMEWORKS, PEERS } from "./frameworks.ts";
import { generations } from "./generations.ts";
import type { Part, Round } from "./in-process.ts";
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

const ROUNDS = 4;
/** Rounds' worth of requests that the compiler needs to have seen. */
const WARM_UP_ROUNDS = 4;

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
      results: smooth(await inProcess({ framework, part: "middleware", contenders: alone }, effort)),
      targets: targets.middleware,
    },
    {
      group,
      title: "framework",
      unit: "us",
      results: smooth(await inProcess({ framework, part: "application", contenders: measured }, effort)),
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

function inProcess(field: Field, effort: Effort): Promise<readonly Result[]> {
  return generations(`${field.framework}, ${field.part}`, effort, (title) => generation(field, title, effort));
}

/**
 * Each contender has a process of its own, with the bare framework beside it: in an application, too, nobody else's limiter
 * has shaped what the compiler makes of its code. The processes take turns.
 */
async function generation({ framework, part, contenders }: Field, title: string, effort: Effort) {
  await using processes = new Processes();
  const requests = amount(PEERS[framework]?.requests as number, effort);
  const warmUp = effort.quick ? 0 : requests * WARM_UP_ROUNDS;
  const candidates = contenders.map(({ name }): Candidate => {
    const process = processes.start(new URL("./in-process.js", import.meta.url), [framework, name, part, `${warmUp}`]);
    let bareFirst = false;
    const round = () => {
      bareFirst = !bareFirst;
      return process.ask<number>({ requests, bareFirst } satisfies Round);
    };
    return { name, round };
  });
  // Awaited, or the processes would end before they have answered.
  return await compare(candidates, rounds(ROUNDS, title, effort));
}

/** The rounds are so short that what disturbs one of them would decide; those of a generation together make a sample. */
function smooth(results: readonly Result[]): readonly Result[] {
  return smoothed(results, ROUNDS);
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
