import type { OwnProcess, Processes } from "../own-process.ts";
import type { Question } from "./agent-process.ts";

/** An agent with the address that it listens on. */
export interface Agent {
  readonly process: OwnProcess;
  readonly address: string;
}

export async function startAgent(processes: Processes): Promise<Agent> {
  const process = processes.start(new URL("./agent-process.js", import.meta.url), []);
  return { process, address: `127.0.0.1:${await process.ask<number>("port" satisfies Question)}` };
}

export function startClient(processes: Processes, name: string, { address }: Agent): OwnProcess {
  return processes.start(new URL("./client-process.js", import.meta.url), [name, address]);
}
