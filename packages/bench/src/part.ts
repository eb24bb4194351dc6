import type { Comparison } from "./comparison.ts";
import type { Effort } from "./effort.ts";

/** A part of the benchmarks that can be run alone. */
export interface Part {
  readonly name: string;
  readonly run: (effort: Effort) => Promise<readonly Comparison[]>;
  /** Draws its panel of the plot; parts without one are in the page only. */
  readonly draw?: ((comparisons: readonly Comparison[]) => string) | undefined;
}
