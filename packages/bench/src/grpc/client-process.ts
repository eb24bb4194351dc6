import { setTimeout as pause } from "node:timers/promises";
import { answer } from "../own-process.ts";
import { median } from "../statistics.ts";
import { CLIENTS, type RunFlow } from "./clients.ts";
import { Pace } from "./pace.ts";

/** So many flows, as many of them at a time; and where they are paced, not more than so many a second. */
export interface Load {
  readonly flows: number;
  readonly inFlight: number;
  readonly perSecond?: number | undefined;
}

export interface Done {
  readonly perSecond: number;
  /** Of one flow, as its caller waits. */
  readonly medianUs: number;
  /** Of one flow, in this process. */
  readonly cpuUs: number;
}

const [name = "", address = ""] = process.argv.slice(2);
const runFlow = await (CLIENTS[name] as (address: string) => Promise<RunFlow>)(address);

answer(async ({ flows, inFlight, perSecond = Number.POSITIVE_INFINITY }: Load): Promise<Done> => {
  const took: number[] = [];
  const before = process.cpuUsage();
  const pace = new Pace(perSecond, performance.now());
  let left = flows;
  const runFlows = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      const waitMs = pace.next(performance.now());
      if (waitMs > 0) await pause(waitMs);
      const beganMs = performance.now();
      await runFlow();
      took.push(performance.now() - beganMs);
    }
  };
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, runFlows));
  const seconds = (performance.now() - beganMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: flows / seconds, medianUs: 1000 * median(took), cpuUs: (user + system) / flows };
});
