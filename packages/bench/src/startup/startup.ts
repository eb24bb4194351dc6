import { compare } from "../compare.ts";
import type { Comparison, Target } from "../comparison.ts";
import { type Effort, rounds } from "../effort.ts";
import { Processes } from "../own-process.ts";
import { installedPackages } from "./installed-packages.ts";
import { ADAPTERS, LOADS } from "./loads.ts";

const ROUNDS = 11;

/** What an application pays before its first request: time to load, and packages to install. */
export async function startup(effort: Effort): Promise<readonly Comparison[]> {
  const candidates = LOADS.map(({ name }) => ({ name, round: () => load(name) }));
  const results = await compare(candidates, rounds(ROUNDS, "start-up", effort));
  return [
    { group: "Time to load", title: "elapsed", unit: "ms", results, targets: TIME_TARGETS },
    { group: "Packages that one adapter, core and engine bring", title: "all", unit: "packages", ...packages() },
  ];
}

const TIME_TARGETS: readonly Target[] = [
  { kind: "must", candidate: "core", bound: "at most", limit: 30 },
  ...Object.values(ADAPTERS).map((title) => ({
    kind: "must" as const,
    candidate: `${title} adapter, after core`,
    bound: "at most" as const,
    limit: 3,
  })),
  { kind: "must", candidate: "engine, one policy", bound: "at most", limit: 120 },
];

/** In a new process each time: a module is loaded once. */
async function load(name: string): Promise<number> {
  await using processes = new Processes();
  return await processes.start(new URL("./load-process.js", import.meta.url), []).ask<number>(name);
}

function packages(): Pick<Comparison, "results" | "targets"> {
  const results = Object.entries(ADAPTERS).map(([framework, name]) => {
    const ours = [`@aperture-flow/${framework}`, "@aperture-flow/core", "@aperture-flow/engine"];
    return { name, samples: [installedPackages(ours, [framework]).size] };
  });
  return {
    results,
    targets: results.map(({ name }) => ({ kind: "must", candidate: name, bound: "at most", limit: 45 })),
  };
}
