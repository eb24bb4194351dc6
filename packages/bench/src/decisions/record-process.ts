import { cpuMicroseconds } from "../cpu.ts";
import { answer } from "../own-process.ts";
import { type Decide, FLOWS } from "./deciders.ts";

/** CPU nanoseconds of a flow. */
export interface FlowCosts {
  readonly plain: number;
  /** Of one whose record somebody takes. */
  readonly recorded: number;
}

/** Both in one process: the difference is less than what the compiler makes of one program in one process and another. */
const plain = await FLOWS.plain();
const recorded = await FLOWS.recorded();
let plainFirst = false;

answer(async (count: number): Promise<FlowCosts> => {
  plainFirst = !plainFirst;
  if (!plainFirst) return { recorded: await costOf(recorded, count), plain: await costOf(plain, count) };
  return { plain: await costOf(plain, count), recorded: await costOf(recorded, count) };
});

async function costOf(decide: Decide, count: number): Promise<number> {
  const cost = await cpuMicroseconds(count, async () => {
    for (let left = count; left > 0; left -= 1) await decide("user");
  });
  return 1000 * cost;
}
