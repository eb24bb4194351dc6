import { type Candidate, compare, figure, type Result } from "../compare.ts";
import type { Comparison } from "../comparison.ts";
import { type Effort, rounds } from "../effort.ts";
import { type OwnProcess, Processes } from "../own-process.ts";
import { BARE, OURS } from "./contender.ts";
import { generations } from "./generations.ts";
import type { Load, Served } from "./load-process.ts";
import type { Question } from "./server-process.ts";

/** The same as bare, to see how far apart two are that do not differ. */
const BARE_AGAIN = "bare again";
const CONNECTIONS = 64;
const SECONDS = 2;
/** Of each generation of processes. */
const ROUNDS = 3;

/** What one round over sockets cost. */
interface Cost extends Served {
  /** Microseconds of a request, in the server. */
  readonly cpu: number;
}

/** Over loopback, with the load made by one more process: throughput beside that of the bare framework. */
export async function overSockets(
  framework: string,
  peers: readonly string[],
  effort: Effort,
): Promise<readonly Comparison[]> {
  // The load generator needs a second for each, however little it is asked for.
  const names = effort.quick ? [BARE, OURS] : [BARE, BARE_AGAIN, ...peers, OURS];
  const results = await generations(`${framework}, over sockets`, effort, (title) =>
    generation({ framework, names, title }, effort),
  );
  const group = `${framework}: over sockets, ${CONNECTIONS} connections`;
  return [
    {
      group,
      title: "throughput",
      unit: "requests/s",
      results: figure(results, ({ perSecond }) => perSecond),
      targets: [
        { kind: "must", candidate: OURS, bound: "at least", limit: 0.93, times: [BARE] },
        { kind: "aim", candidate: OURS, bound: "at least", limit: 0.97, times: [BARE] },
      ],
    },
    { group, title: "CPU of a request", unit: "us", results: figure(results, ({ cpu }) => cpu), targets: [] },
  ];
}

interface Field {
  readonly framework: string;
  readonly names: readonly string[];
  readonly title: string;
}

async function generation({ framework, names, title }: Field, effort: Effort): Promise<readonly Result<Cost>[]> {
  await using processes = new Processes();
  const load = processes.start(new URL("./load-process.js", import.meta.url), []);
  const candidates: Candidate<Cost>[] = [];
  for (const name of names) {
    const contender = name === BARE_AGAIN ? BARE : name;
    const server = processes.start(new URL("./server-process.js", import.meta.url), [framework, contender]);
    const port = await server.ask<number>("port" satisfies Question);
    const asked: Load = {
      port,
      connections: CONNECTIONS,
      until: effort.quick ? { amount: CONNECTIONS } : { duration: SECONDS },
    };
    candidates.push({ name, round: () => served(server, load, asked) });
  }
  // Awaited, or the processes would end before they have answered.
  return await compare(candidates, rounds(ROUNDS, title, effort));
}

async function served(server: OwnProcess, load: OwnProcess, asked: Load): Promise<Cost> {
  const before = await server.ask<number>("cpu" satisfies Question);
  const done = await load.ask<Served>(asked);
  const after = await server.ask<number>("cpu" satisfies Question);
  return { ...done, cpu: (after - before) / done.requests };
}
