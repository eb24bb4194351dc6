import { setTimeout as pause } from "node:timers/promises";
import { type Candidate, compare, figure } from "../compare.ts";
import type { Comparison } from "../comparison.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { Processes } from "../own-process.ts";
import type { Question } from "./agent-process.ts";
import { type Agent, startAgent, startClient } from "./agents.ts";
import type { Done, Load } from "./client-process.ts";
import { OURS, OURS_HTTP2, REFERENCE } from "./clients.ts";

const PER_SECOND = 5000;
const SECONDS = 5;
const ROUNDS = 5;
/** More than are ever waiting at this pace, where the client keeps up with it. */
const IN_FLIGHT = 256;
/** The reference exports every five seconds; whoever waits for more of it waits for what it has dropped. */
const PATIENCE_MS = 7000;
const POLL_MS = 100;

interface Delivered extends Done {
  /** Percent of the flows whose spans arrived. */
  readonly share: number;
}

/** How much of the telemetry of flows arrives where they come at a steady pace. */
export async function delivery(effort: Effort): Promise<readonly Comparison[]> {
  await using processes = new Processes();
  const asked: Load = { flows: amount(PER_SECOND * SECONDS, effort), inFlight: IN_FLIGHT, perSecond: PER_SECOND };
  const candidates: Candidate<Delivered>[] = [];
  for (const name of [REFERENCE, OURS, OURS_HTTP2]) {
    const agent = await startAgent(processes);
    const client = startClient(processes, name, agent);
    candidates.push({
      name,
      round: async () => {
        const before = await spansOf(agent);
        const done = await client.ask<Done>(asked);
        const spans = await spansArrived(agent, before + asked.flows, effort);
        return { ...done, share: (100 * (spans - before)) / asked.flows };
      },
    });
  }
  const results = await compare(candidates, rounds(ROUNDS, "gRPC, spans", effort));
  const group = `Telemetry of ${PER_SECOND.toLocaleString("en")} flows/s`;
  return [
    {
      group,
      title: "spans that arrive",
      unit: "%",
      results: figure(results, ({ share }) => share),
      targets: [OURS, OURS_HTTP2].map((candidate) => ({ kind: "must", candidate, bound: "at least", limit: 99.9 })),
    },
    { group, title: "pace kept", unit: "flows/s", results: figure(results, ({ perSecond }) => perSecond), targets: [] },
    { group, title: "CPU of a flow", unit: "us", results: figure(results, ({ cpuUs }) => cpuUs), targets: [] },
  ];
}

/** Waits until they are all there, or for so long that no more will come. */
async function spansArrived(agent: Agent, all: number, { quick }: Effort): Promise<number> {
  const patienceMs = quick ? POLL_MS : PATIENCE_MS;
  let spans = await spansOf(agent);
  for (let waitedMs = 0; spans < all && waitedMs < patienceMs; waitedMs += POLL_MS) {
    await pause(POLL_MS);
    spans = await spansOf(agent);
  }
  return spans;
}

function spansOf({ process }: Agent): Promise<number> {
  return process.ask<number>("spans" satisfies Question);
}
