import type { ApertureClient, FailOpenReason } from "@aperture-flow/core";

/** One flow of a load: how long its decision took, and what it was. */
export interface Sample {
  readonly startedMs: number;
  readonly tookMs: number;
  readonly enforced: boolean;
  readonly reason: FailOpenReason | undefined;
}

export interface Load {
  readonly perSecond: number;
  readonly seconds: number;
}

const TICK_MS = 1;

/** All flows that any load has started and that have settled; they must be equal in the end. */
export const settled = { started: 0, ended: 0 };

/** Starts flows at a steady rate, whether earlier ones were decided or not, and waits for all of them. */
export async function put(client: ApertureClient, { perSecond, seconds }: Load): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const running = new Set<Promise<void>>();
  const beganMs = performance.now();
  let started = 0;
  while (performance.now() - beganMs < seconds * 1000) {
    const due = ((performance.now() - beganMs) / 1000) * perSecond;
    for (; started < due; started += 1) {
      const flow = one(client, samples).finally(() => running.delete(flow));
      running.add(flow);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(running);
  return samples;
}

/** Connects, and lets both processes get up to speed before anything is measured. */
export async function warmUp(client: ApertureClient): Promise<void> {
  await client.ready();
  for (const perSecond of [100, 500, 1000, 2000]) await put(client, { perSecond, seconds: 1 });
}

async function one(client: ApertureClient, samples: Sample[]): Promise<void> {
  settled.started += 1;
  const startedMs = performance.now();
  const flow = await client.startFlow("checkout");
  const tookMs = performance.now() - startedMs;
  samples.push({ startedMs, tookMs, enforced: flow.success, reason: flow.failOpenReason });
  await flow.end();
  settled.ended += 1;
}

/** The value below which a share of the samples is; 0 without samples. */
export function percentile(samples: readonly Sample[], share: number): number {
  const sorted = samples.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0;
}
