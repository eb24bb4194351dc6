/** One goal and what was measured of it. */
export interface Figure {
  readonly goal: string;
  readonly what: string;
  readonly value: number;
  readonly most: number;
  readonly unit: string;
}

export function line({ goal, what, value, most, unit }: Figure): string {
  const verdict = value <= most ? "ok  " : "OVER";
  return `${verdict} ${goal.padEnd(4)} ${what.padEnd(58)} ${value.toFixed(2).padStart(10)} ${unit.padEnd(4)} (goal ${most})`;
}
