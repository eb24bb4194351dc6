import { cpuMicroseconds } from "../cpu.ts";
import { heapBytes } from "../heap.ts";
import { answer } from "../own-process.ts";
import type { Line, MakeLine } from "./line.ts";
import { LINES } from "./lines.ts";

/**
 * Fill: lets as many come as shall wait, and says what they hold. Turns: returns the CPU nanoseconds of one of so many.
 */
export type Question = "fill" | { readonly turns: number };

export interface Held {
  readonly bytesEach: number;
  /** Of all together. */
  readonly timers: number;
}

const [name = "", count = "1"] = process.argv.slice(2);
const waiting = Number(count);
let line: Line;

answer((question: Question) => (question === "fill" ? fill() : turns(question.turns)));

function fill(): Held {
  const before = heapBytes();
  line = (LINES[name] as MakeLine)(waiting);
  for (let index = 0; index < waiting; index += 1) line.enter();
  const bytesEach = (heapBytes() - before) / waiting;
  return { bytesEach, timers: process.getActiveResourcesInfo().filter((type) => type === "Timeout").length };
}

async function turns(many: number): Promise<number> {
  const cost = await cpuMicroseconds(many, () => {
    for (let left = many; left > 0; left -= 1) line.turn();
  });
  return 1000 * cost;
}
