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
export async function put(client: ApertureClient, load: Load): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  await atRate(load, () => one(client, samples));
  return samples;
}

/** Begins some work at a steady rate, whether earlier work is done or not, and waits for all of it. */
export async function atRate({ perSecond, seconds }: Load, work: (index: number) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  const beganMs = performance.now();
  let started = 0;
  while (performance.now() - beganMs < seconds * 1000) {
    const due = ((performance.now() - beganMs) / 1000) * perSecond;
    for (; started < due; started += 1) {
      const working = work(started).finally(() => running.delete(working));
      running.add(working);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(running);
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

/** How long each decision took. */
export function times(samples: readonly Sample[]): readonly number[] {
  return samples.map(({ tookMs }) => tookMs);
}

/** The value below which a share of the values is; NaN, which meets no goal, without values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}
