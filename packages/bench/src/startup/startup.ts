import { compare } from "../compare.ts";
import { type Comparison, samplesOf, type Target } from "../comparison.ts";
import { type Effort, rounds } from "../effort.ts";
import { Processes } from "../own-process.ts";
import { differences } from "../statistics.ts";
import { installedPackages } from "./installed-packages.ts";
import { LOADS } from "./loads.ts";

const ROUNDS = 11;
const ADAPTERS = ["Express", "Fastify", "Koa"] as const;

/** What an application pays before its first request: time to load, and packages to install. */
export async function startup(effort: Effort): Promise<readonly Comparison[]> {
  const candidates = Object.keys(LOADS).map((name) => ({ name, round: () => load(name) }));
  const results = await compare(candidates, rounds(ROUNDS, "start-up", effort));
  const core = samplesOf(results, "core");
  const own = ADAPTERS.map((framework) => ({
    name: `${framework} adapter alone`,
    samples: differences(samplesOf(results, `core, ${framework} adapter`), core),
  }));
  return [
    { group: "Time to load", title: "elapsed", unit: "ms", results: [...results, ...own], targets: TIME_TARGETS },
    { group: "Packages that one adapter, core and engine bring", title: "all", unit: "packages", ...packages() },
  ];
}

const TIME_TARGETS: readonly Target[] = [
  { kind: "must", candidate: "core", bound: "at most", limit: 30 },
  ...ADAPTERS.map((framework) => ({
    kind: "must" as const,
    candidate: `${framework} adapter alone`,
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
  const results = ADAPTERS.map((framework) => {
    const adapter = `@aperture-flow/${framework.toLowerCase()}`;
    const brought = installedPackages(
      [adapter, "@aperture-flow/core", "@aperture-flow/engine"],
      [framework.toLowerCase()],
    );
    return { name: framework, samples: [brought.size] };
  });
  return {
    results,
    targets: results.map(({ name }) => ({ kind: "must", candidate: name, bound: "at most", limit: 45 })),
  };
}
