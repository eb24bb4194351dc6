const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3_600e3 };

/** One or more numbers with units. The reference knows `s` alone; the others are Go's, and ours. */
export const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/** Milliseconds of a text that {@link DURATION} matches: `30s`, `0.01s`, `500ms`, `1h30m`. */
export function durationMs(text: string): number {
  let sumMs = 0;
  for (const [, amount, unit] of text.matchAll(PART)) sumMs += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  // 0.29 * 1000 is not 290 in binary; nanoseconds are as fine as any clock here.
  return Number(sumMs.toFixed(6));
}
