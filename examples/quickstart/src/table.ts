import type { Reading } from "./meter.ts";

const HEADINGS = ["control point", "accepted/s", "rejected/s", "in flight", "decision"];
const WIDTHS = [15, 12, 12, 11, 11];

/** The table of what happened between two readings, `elapsedMs` apart. */
export function rateTable(before: readonly Reading[], now: readonly Reading[], elapsedMs: number): string {
  const perSecond = (count: number) => ((count * 1000) / elapsedMs).toFixed(1);
  const rows = now.map((reading, index) => [
    reading.controlPoint,
    perSecond(reading.accepted - (before[index]?.accepted ?? 0)),
    perSecond(reading.rejected - (before[index]?.rejected ?? 0)),
    String(reading.inFlight),
    reading.decisionMs === undefined ? "-" : `${(reading.decisionMs * 1000).toFixed(0)} us`,
  ]);
  return [HEADINGS, ...rows].map(line).join("\n");
}

/** The table of all that happened. */
export function totalTable(readings: readonly Reading[]): string {
  const rows = readings.map(({ controlPoint, accepted, rejected }) => [
    controlPoint,
    String(accepted),
    String(rejected),
  ]);
  return [["control point", "accepted", "rejected"], ...rows].map(line).join("\n");
}

function line(cells: readonly string[]): string {
  return `  ${cells.map((cell, index) => (index === 0 ? cell.padEnd(WIDTHS[0] ?? 0) : cell.padStart(WIDTHS[index] ?? 0))).join("")}`;
}
