import { compare } from "../compare.ts";
import type { Comparison } from "../comparison.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { Processes } from "../own-process.ts";
import type { Question } from "./eviction-process.ts";

const KEYS = 1_000_000;
const OURS = "our backend";

/** What it costs to forget: the longest that the loop stands still, and what is left behind. */
export async function evictions(effort: Effort): Promise<readonly Comparison[]> {
  const title = "longest step while 1,000,000 keys push out as many";
  await using processes = new Processes();
  const module = new URL("./eviction-process.js", import.meta.url);
  const ours = processes.start(module, [String(amount(KEYS, effort))], ["--expose-gc"]);
  const results = await compare(
    [{ name: OURS, round: () => ours.ask<number>("push out" satisfies Question) }],
    rounds(5, title, effort),
  );
  const left = await ours.ask<number>("expire" satisfies Question);
  return [
    { title, unit: "ms", results, targets: [{ kind: "must", candidate: OURS, bound: "at most", limit: 2 }] },
    {
      title: "heap of a key after its expiry",
      unit: "bytes",
      results: [{ name: OURS, samples: [left] }],
      // Of a million keys, a byte each is what the compiler's own code leaves behind.
      targets: [{ kind: "must", candidate: OURS, bound: "at most", limit: 1 }],
    },
  ];
}
