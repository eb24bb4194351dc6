import { cpuMicroseconds } from "../cpu.ts";
import { heapBytes } from "../heap.ts";
import { answer } from "../own-process.ts";
import { DECIDERS, type Decide } from "./deciders.ts";

/**
 * Fill with all keys: returns the heap bytes that each costs, its text included. Decide so many times: returns the CPU
 * nanoseconds that each costs.
 */
export type Question = "fill" | { readonly decide: number };

const [name = "", keyCount = "1"] = process.argv.slice(2);
const decide = await (DECIDERS[name] as () => Decide | Promise<Decide>)();

/** In no order; and other strings than those that it is filled with, as no request brings the very string that is kept. */
const keys = shuffled(Array.from({ length: Number(keyCount) }, (_, index) => keyOf(index)));
let next = 0;

answer((question: Question) => (question === "fill" ? fill() : decideAll(question.decide)));

async function fill(): Promise<number> {
  const before = heapBytes();
  for (let index = 0; index < keys.length; index += 1) await decide(keyOf(index));
  return (heapBytes() - before) / keys.length;
}

async function decideAll(count: number): Promise<number> {
  const cost = await cpuMicroseconds(count, async () => {
    for (let left = count; left > 0; left -= 1) {
      const decision = decide(keys[next] as string);
      if (decision instanceof Promise) await decision;
      next = next + 1 === keys.length ? 0 : next + 1;
    }
  });
  return 1000 * cost;
}

function keyOf(index: number): string {
  return `user-${index}`;
}

/** By a generator with a fixed seed, so that all candidates are asked in the same order. */
function shuffled(texts: string[]): string[] {
  let state = 1;
  for (let last = texts.length - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (last + 1);
    [texts[last], texts[other]] = [texts[other] as string, texts[last] as string];
  }
  return texts;
}
