import type { Result } from "./compare.ts";
import { median, medians, ratios, type Summary, summary } from "./statistics.ts";

/** What was compared, how it came out, and how it should. */
export interface Comparison {
  /** Comparisons of one group become columns of one table. */
  readonly group: string;
  readonly title: string;
  /** Of the samples, such as `ns`. */
  readonly unit: string;
  readonly results: readonly Result[];
  readonly targets: readonly Target[];
}

/** What we want to be true of one candidate. */
export interface Target {
  /** A must has to be met; an aim is what we would like. */
  readonly kind: "must" | "aim";
  readonly candidate: string;
  readonly bound: "at most" | "at least";
  readonly limit: number;
  /** Whose cost the limit is a multiple of: the cheapest of these. Without any, the limit is in the comparison's unit. */
  readonly times?: readonly string[] | undefined;
}

/** What became of a target. */
export interface Verdict {
  readonly target: Target;
  /** Whose cost the limit is a multiple of. */
  readonly times: string | undefined;
  /** The ratio, or the cost itself where the limit is no multiple. */
  readonly measured: Summary;
  readonly met: boolean;
}

/** The median decides; a target is met or not, never nearly met. */
export function verdictOf({ results }: Comparison, target: Target): Verdict {
  const samples = samplesOf(results, target.candidate);
  const times = target.times && cheapest(results, target.times);
  const measured = summary(times === undefined ? samples : ratios(samples, samplesOf(results, times)));
  const met = target.bound === "at most" ? measured.median <= target.limit : measured.median >= target.limit;
  return { target, times, measured, met };
}

/** The results with the median of every `size` rounds for a sample. */
export function smoothed(results: readonly Result[], size: number): readonly Result[] {
  return results.map(({ name, samples }) => ({ name, samples: medians(samples, size) }));
}

export function samplesOf(results: readonly Result[], candidate: string): readonly number[] {
  const result = results.find(({ name }) => name === candidate);
  if (result === undefined) throw new RangeError(`nobody measured "${candidate}"`);
  return result.samples;
}

function cheapest(results: readonly Result[], names: readonly string[]): string {
  const cost = (name: string): number => median(samplesOf(results, name));
  return names.reduce((best, name) => (cost(name) < cost(best) ? name : best));
}
