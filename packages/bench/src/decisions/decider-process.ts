import { cpuMicroseconds } from "../cpu.ts";
import { heapBytes } from "../heap.ts";
import { answer } from "../own-process.ts";
import { DECIDERS, type Decide } from "./deciders.ts";

/** Fill with all keys, which returns heap bytes for each; or decide, which returns CPU nanoseconds for each decision. */
export type Question = "fill" | { readonly decide: number };

const [name = "", keyCount = "1"] = process.argv.slice(2);
const decide = await (DECIDERS[name] as () => Decide | Promise<Decide>)();

const filled = keys(Number(keyCount));
/** Equal texts in other strings, and in no order: the key of a request is never the very string that a store keeps. */
const asked = shuffled(keys(Number(keyCount)));
let next = 0;

answer((question: Question) => (question === "fill" ? fill() : decideAll(question.decide)));

async function fill(): Promise<number> {
  const before = heapBytes();
  for (const key of filled) await decide(key);
  return (heapBytes() - before) / filled.length;
}

async function decideAll(count: number): Promise<number> {
  const cost = await cpuMicroseconds(count, async () => {
    for (let left = count; left > 0; left -= 1) {
      const decision = decide(asked[next] as string);
      if (decision instanceof Promise) await decision;
      next = next + 1 === asked.length ? 0 : next + 1;
    }
  });
  return 1000 * cost;
}

function keys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user-${index}`);
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
