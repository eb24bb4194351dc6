import { AgentProcess } from "./agent-process.ts";
import type { Figure } from "./figures.ts";
import { heldBytes } from "./held-bytes.ts";
import { put, warmUp } from "./load.ts";
import { clientOf } from "./outages.ts";

const RATE = 10_000;
const MEGABYTE = 2 ** 20;

/** F17: what a client's process takes of the system while its agent hangs under much load, and what of it stays. */
export async function hungAgentMemory(seconds: number): Promise<readonly Figure[]> {
  const agent = await AgentProcess.start();
  const client = clientOf(agent.address);
  await warmUp(client);
  await put(client, { perSecond: RATE, seconds: 2 });
  const heldBefore = await heldBytes();
  const before = process.memoryUsage.rss();
  agent.freeze();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  await put(client, { perSecond: RATE, seconds });
  clearInterval(watch);
  agent.thaw();
  await put(client, { perSecond: RATE, seconds: 2 });
  const stays = (await heldBytes()) - heldBefore;
  await client.shutdown();
  await agent.kill();
  return [
    {
      goal: "F17",
      what: "memory more while the agent hangs, 10,000 flows a second",
      value: (peak - before) / MEGABYTE,
      most: 50,
      unit: "MB",
    },
    { goal: "F17", what: "memory more when it goes on", value: stays / MEGABYTE, most: 5, unit: "MB" },
  ];
}
