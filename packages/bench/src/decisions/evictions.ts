import { compare, figure } from "../compare.ts";
import type { Comparison } from "../comparison.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { type OwnProcess, Processes } from "../own-process.ts";
import type { Longest, Question } from "./eviction-process.ts";

const KEYS = 1_000_000;
const OURS = "our bucket step";

/** What it costs to forget: the longest that the loop stands still, and what is left behind. */
export async function evictions(effort: Effort): Promise<readonly Comparison[]> {
  await using processes = new Processes();
  const module = new URL("./eviction-process.js", import.meta.url);
  const start = (...options: string[]) =>
    processes.start(module, [String(amount(KEYS, effort))], ["--expose-gc", ...options]);
  const ours = start();
  // The collector does not say when it marks little by little, inside of our steps; at one go, it does.
  const apart = start("--no-incremental-marking");
  const pushOut = async (process: OwnProcess) => process.ask<Longest>("push out" satisfies Question);
  const round = async () => ({ whole: (await pushOut(ours)).withPauses, own: (await pushOut(apart)).withoutPauses });
  const results = await compare([{ name: OURS, round }], rounds(9, "eviction", effort));
  const left = await ours.ask<number>("expire" satisfies Question);
  const group = "The longest single step while 1,000,000 keys push out as many";
  return [
    {
      group,
      title: "own work",
      unit: "ms",
      results: figure(results, ({ own }) => own),
      targets: [{ kind: "must", candidate: OURS, bound: "at most", limit: 2 }],
    },
    {
      group,
      title: "with the collector's pauses",
      unit: "ms",
      results: figure(results, ({ whole }) => whole),
      targets: [],
    },
    {
      group: "Memory of a key, its text included",
      title: "after its expiry",
      unit: "bytes",
      results: [{ name: OURS, samples: [left] }],
      // Of a million keys, a byte each is what code that was compiled meanwhile takes.
      targets: [{ kind: "must", candidate: OURS, bound: "at most", limit: 1 }],
    },
  ];
}
