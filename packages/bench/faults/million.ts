import { setTimeout as pause } from "node:timers/promises";
import { AgentProcess } from "./agent-process.ts";
import type { Figure } from "./figures.ts";
import { heldBytes } from "./held-bytes.ts";
import { put, settled } from "./load.ts";
import { clientOf } from "./outages.ts";

const FLOWS = 1_000_000;
const RATE = 20_000;
const MEGABYTE = 2 ** 20;

/** Rounds of a second in which each agent is frozen once; it is then replaced by another at the same place. */
const ROUNDS_OF_AN_AGENT = 4;
const WORKING_MS = 300;
const FROZEN_MS = 400;

/** F5: flows while their agents hang, go on, die and return, until there were a million in all. */
export async function millionFlows(): Promise<readonly Figure[]> {
  let agent = await AgentProcess.start();
  const client = clientOf(agent.address);
  const load = () => put(client, { perSecond: RATE, seconds: 1 });
  await client.ready();
  await load();
  const before = await heldBytes();
  for (let round = 1; settled.started < FLOWS; round += 1) {
    const flows = load();
    await pause(WORKING_MS);
    agent.freeze();
    await pause(FROZEN_MS);
    agent.thaw();
    if (round % ROUNDS_OF_AN_AGENT === 0) {
      await agent.kill();
      agent = await AgentProcess.start(agent.address);
    }
    await flows;
  }
  const stays = (await heldBytes()) - before;
  const { open } = client.counts;
  await client.shutdown();
  await agent.kill();
  return [
    { goal: "F5", what: "flows of a million through outages still open", value: open, most: 0, unit: "" },
    { goal: "F5", what: "memory more after them", value: stays / MEGABYTE, most: 5, unit: "MB" },
  ];
}
