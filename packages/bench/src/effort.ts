import type { Rounds } from "./compare.ts";

/** How much is measured: enough to trust it, or just enough to see that it runs. */
export interface Effort {
  readonly quick: boolean;
}

const QUICK_SHARE = 1000;

/** As many as given, or a small share of them, at least one. */
export function amount(full: number, { quick }: Effort): number {
  return quick ? Math.max(1, Math.round(full / QUICK_SHARE)) : full;
}

/** Rounds that are shown while they run. */
export function rounds(count: number, title: string, { quick }: Effort): Rounds {
  return {
    count: quick ? 1 : count,
    warmUp: quick ? 0 : 1,
    progress: (round, candidate) => {
      const turn = round < 0 ? "warm-up" : `round ${round + 1} of ${quick ? 1 : count}`;
      const line = `${title}: ${turn}, ${candidate}`;
      // A line that overwrites itself is for people; a log gets one line a round at most.
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
      else if (candidate === "") process.stderr.write(`${line}\n`);
    },
  };
}
