import { type Candidate, compare } from "../compare.ts";
import type { Comparison } from "../comparison.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { type OwnProcess, Processes } from "../own-process.ts";
import { startClient } from "./agents.ts";
import type { Done, Load } from "./client-process.ts";
import { RAW } from "./clients.ts";
import type { Question } from "./service-process.ts";
import { ACCEPT_ALL, OURS, SERVICES } from "./services.ts";

const ROUNDS = 21;
const CHECKS = 4000;
const IN_FLIGHT = 64;

/** What a check costs the process that answers it. */
export async function service(effort: Effort): Promise<Comparison> {
  await using processes = new Processes();
  const asked: Load = { flows: amount(CHECKS, effort), inFlight: IN_FLIGHT };
  const candidates: Candidate[] = [];
  for (const name of Object.keys(SERVICES)) {
    const process = processes.start(new URL("./service-process.js", import.meta.url), [name]);
    const address = `127.0.0.1:${await process.ask<number>("port" satisfies Question)}`;
    const client = startClient(processes, RAW, { process, address });
    candidates.push({ name, round: () => costOf(process, client, asked) });
  }
  return {
    group: "CPU of a check over gRPC, in the process that answers it",
    title: `${IN_FLIGHT} in flight`,
    unit: "us",
    results: await compare(candidates, rounds(ROUNDS, "gRPC, service", effort)),
    targets: [{ kind: "must", candidate: OURS, bound: "at most", limit: 1.3, times: [ACCEPT_ALL] }],
  };
}

async function costOf(service: OwnProcess, client: OwnProcess, asked: Load): Promise<number> {
  const before = await service.ask<number>("cpu" satisfies Question);
  await client.ask<Done>(asked);
  return ((await service.ask<number>("cpu" satisfies Question)) - before) / asked.flows;
}
