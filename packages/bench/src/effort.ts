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

/** Rounds that show how far they are. One of them is enough to see that everything runs. */
export function rounds(full: number, title: string, { quick }: Effort): Rounds {
  const count = quick ? 1 : full;
  return {
    count,
    warmUp: quick ? 0 : Math.ceil(full / 10),
    progress: (round) => {
      const line = `${title}: ${round < 0 ? "warm-up" : `round ${round + 1} of ${count}`}`;
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}${round + 1 === count ? "\n" : ""}`);
      else if (round === 0) process.stderr.write(`${line}\n`);
    },
  };
}

/** The same for candidates that start anew in each round: what one of them has warmed up is gone in the next. */
export function freshRounds(full: number, title: string, effort: Effort): Rounds {
  return { ...rounds(full, title, effort), warmUp: 0 };
}
