/** One goal and what was measured of it. */
export interface Figure {
  readonly goal: string;
  readonly what: string;
  readonly value: number;
  readonly most: number;
  readonly unit: string;
}

/** What could not be measured meets no goal. */
export function isMet({ value, most }: Figure): boolean {
  return value <= most;
}

export function line(figure: Figure): string {
  const { goal, what, value, most, unit } = figure;
  const verdict = isMet(figure) ? "ok  " : "OVER";
  return `${verdict} ${goal.padEnd(4)} ${what.padEnd(58)} ${value.toFixed(2).padStart(10)} ${unit.padEnd(4)} (goal ${most})`;
}
