import { type Candidate, compare, figure } from "../compare.ts";
import type { Comparison, Target } from "../comparison.ts";
import { amount, type Effort, freshRounds } from "../effort.ts";
import { Processes } from "../own-process.ts";
import { startAgent, startClient } from "./agents.ts";
import type { Done, Load } from "./client-process.ts";
import { CLIENTS, OURS, OURS_HTTP2, REFERENCE, STUB } from "./clients.ts";

/** How many flows wait for their decision at one time. */
const IN_FLIGHT: readonly number[] = [1, 16, 64, 256];
const ALONE = 1;

const ROUNDS = 5;
const FLOWS = 8000;
/** One after the other they take longer. */
const FLOWS_ALONE = 2500;

export const RATE_GROUP = "Flows over gRPC, by how many wait at one time";

/** An agent that accepts everything, in a process of its own: how much of a flow's time is the client's. */
export async function flows(effort: Effort): Promise<readonly Comparison[]> {
  const found: Comparison[] = [];
  for (const inFlight of IN_FLIGHT) found.push(...(await flowsInFlight(inFlight, effort)));
  const groups = [...new Set(found.map(({ group }) => group))];
  return groups.flatMap((name) => found.filter(({ group }) => group === name));
}

async function flowsInFlight(inFlight: number, effort: Effort): Promise<readonly Comparison[]> {
  const asked: Load = { flows: amount(inFlight === ALONE ? FLOWS_ALONE : FLOWS, effort), inFlight };
  const candidates = Object.keys(CLIENTS).map((name): Candidate<Done> => ({ name, round: () => done(name, asked) }));
  const results = await compare(candidates, freshRounds(ROUNDS, `gRPC, ${inFlight} in flight`, effort));
  const title = `${inFlight} in flight`;
  const rate: Comparison = {
    group: RATE_GROUP,
    title,
    unit: "flows/s",
    results: figure(results, ({ perSecond }) => perSecond),
    targets: inFlight === ALONE ? [] : RATE_TARGETS,
  };
  const cpu: Comparison = {
    group: "CPU of a flow over gRPC, in the client",
    title,
    unit: "us",
    results: figure(results, ({ cpuUs }) => cpuUs),
    targets: [],
  };
  if (inFlight !== ALONE) return [rate, cpu];
  const latency: Comparison = {
    group: "The median flow over gRPC, as its caller waits",
    title,
    unit: "us",
    results: figure(results, ({ medianUs }) => medianUs),
    targets: [OURS, OURS_HTTP2].map((candidate) => ({
      kind: "must",
      candidate,
      bound: "at most",
      limit: 1.1,
      times: [STUB],
    })),
  };
  return [rate, cpu, latency];
}

/**
 * One round, in processes of its own, for the same reasons as over the sockets of the adapters. As many flows before it
 * warm up.
 */
async function done(name: string, asked: Load): Promise<Done> {
  await using processes = new Processes();
  const client = startClient(processes, name, await startAgent(processes));
  await client.ask<Done>(asked);
  return await client.ask<Done>(asked);
}

const RATE_TARGETS: readonly Target[] = [
  { kind: "must", candidate: OURS, bound: "at least", limit: 1, times: [STUB] },
  { kind: "must", candidate: OURS, bound: "at least", limit: 1.5, times: [REFERENCE] },
  { kind: "must", candidate: OURS_HTTP2, bound: "at least", limit: 1.5, times: [REFERENCE] },
  { kind: "aim", candidate: OURS_HTTP2, bound: "at least", limit: 1.9, times: [STUB] },
  { kind: "aim", candidate: OURS_HTTP2, bound: "at least", limit: 2.8, times: [REFERENCE] },
];
