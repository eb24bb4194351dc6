import { above, type Comparison, type Target } from "../comparison.ts";
import type { Effort } from "../effort.ts";
import { Processes } from "../own-process.ts";
import { BARE, OURS, OURS_REFUSING } from "./contender.ts";
import { FRAMEWORKS, SHARES } from "./frameworks.ts";
import type { InProcess } from "./in-process.ts";

const BY_HAND = "rate-limiter-flexible by hand";

/** What a request pays for being limited in this process, beyond what the bare framework costs. */
export async function adapters(effort: Effort): Promise<readonly Comparison[]> {
  const found: Comparison[] = [];
  for (const framework of Object.keys(FRAMEWORKS)) {
    found.push(...(await withoutSockets(framework, effort)));
  }
  return found;
}

async function withoutSockets(framework: string, effort: Effort): Promise<readonly Comparison[]> {
  await using processes = new Processes();
  const process = processes.start(new URL("./in-process.js", import.meta.url), [framework]);
  const measured = await process.ask<InProcess>(effort);
  const { peer, others, ...shares } = SHARES[framework] as (typeof SHARES)[string];
  const middlewareTarget: Target = {
    kind: "aim",
    candidate: OURS,
    bound: "at most",
    limit: shares.middleware,
    times: [peer, ...others, BY_HAND],
  };
  const group = `${framework}: CPU on top of the bare framework`;
  return [
    { group, title: "middleware", unit: "us", results: above(measured.middleware, BARE), targets: [middlewareTarget] },
    {
      group,
      title: "framework",
      unit: "us",
      results: above(measured.framework, BARE),
      targets: [
        { kind: "must", candidate: OURS, bound: "at most", limit: shares.framework, times: [peer] },
        { kind: "must", candidate: OURS_REFUSING, bound: "at most", limit: 1, times: [OURS] },
      ],
    },
  ];
}
