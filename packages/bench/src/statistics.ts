/** The middle of the samples; between the two middle ones where their number is even. */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError("there is no median of no samples");
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** What several rounds say together: the median counts, the rest shows how far to trust it. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summary(samples: readonly number[]): Summary {
  return { median: median(samples), min: Math.min(...samples), max: Math.max(...samples) };
}

/**
 * The median of every `size` samples that follow each other. Many short rounds, in which candidates run close together, thus
 * become a few samples that are free of what hit a single round.
 */
export function medians(samples: readonly number[], size: number): number[] {
  const blocks = Math.max(1, Math.floor(samples.length / size));
  return Array.from({ length: blocks }, (_, block) => median(samples.slice(block * size, (block + 1) * size)));
}

/**
 * Each sample of `of` through the one of `to` of the same round. The two were taken one after the other, so whatever
 * slowed the machine down in that round slowed both, and their ratio keeps still where the samples do not.
 */
export function ratios(of: readonly number[], to: readonly number[]): number[] {
  return paired(of, to, (a, b) => a / b);
}

/** Each sample of `of` without the one of `without` of the same round. */
export function differences(of: readonly number[], without: readonly number[]): number[] {
  return paired(of, without, (a, b) => a - b);
}

function paired(
  left: readonly number[],
  right: readonly number[],
  join: (left: number, right: number) => number,
): number[] {
  if (left.length !== right.length) throw new RangeError(`${left.length} samples do not pair with ${right.length}`);
  return left.map((sample, round) => join(sample, right[round] as number));
}
