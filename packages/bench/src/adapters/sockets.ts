import { type Candidate, compare, figure } from "../compare.ts";
import type { Comparison } from "../comparison.ts";
import { type Effort, freshRounds } from "../effort.ts";
import { type OwnProcess, Processes } from "../own-process.ts";
import { BARE, OURS } from "./contender.ts";
import type { Load, Served } from "./load-process.ts";
import type { Question } from "./server-process.ts";

/** The same as bare, to see how far apart two are that do not differ. */
const BARE_AGAIN = "bare again";
const CONNECTIONS = 64;
const WARM_UP_SECONDS = 2;
const SECONDS = 2;
const ROUNDS = 7;

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
  await using processes = new Processes();
  const load = processes.start(new URL("./load-process.js", import.meta.url), []);
  const names = effort.quick ? [BARE, OURS] : [BARE, BARE_AGAIN, ...peers, OURS];
  const candidates = names.map(
    (name): Candidate<Cost> => ({
      name,
      round: () => served({ framework, name: name === BARE_AGAIN ? BARE : name, load }, effort),
    }),
  );
  const results = await compare(candidates, freshRounds(ROUNDS, `${framework}, over sockets`, effort));
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

interface Subject {
  readonly framework: string;
  readonly name: string;
  readonly load: OwnProcess;
}

/**
 * One round, in a server of its own that ends with it. What the compiler makes of a program differs from process to process;
 * and with more than four servers waiting for their turn, in some virtual machines those started last took a third longer.
 */
async function served({ framework, name, load }: Subject, effort: Effort): Promise<Cost> {
  await using processes = new Processes();
  const server = processes.start(new URL("./server-process.js", import.meta.url), [framework, name]);
  const port = await server.ask<number>("port" satisfies Question);
  // The load generator needs a second for each, however little it is asked for.
  const during = (duration: number): Load => ({
    port,
    connections: CONNECTIONS,
    until: effort.quick ? { amount: CONNECTIONS } : { duration },
  });
  if (!effort.quick) await load.ask<Served>(during(WARM_UP_SECONDS));
  const before = await server.ask<number>("cpu" satisfies Question);
  const done = await load.ask<Served>(during(SECONDS));
  const after = await server.ask<number>("cpu" satisfies Question);
  return { ...done, cpu: (after - before) / done.requests };
}
