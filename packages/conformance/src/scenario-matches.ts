/** Sums of fractions are not exact. */
const ROUNDING = 1e-6;

/**
 * Where an answer is not what was expected, a line for each place. Only what is expected is compared: the parts of an
 * object that are named, but all entries of a list. `null` expects nothing, `{ from, to }` a number in that range.
 */
export function mismatches(expected: unknown, actual: unknown, place: string): string[] {
  if (Array.isArray(expected)) return ofLists(expected, actual, place);
  if (isRecord(expected)) return ofRecords(expected, actual, place);
  if (isEqual(expected ?? undefined, actual)) return [];
  return [`${place}: expected ${text(expected)}, got ${text(actual)}`];
}

function ofLists(expected: readonly unknown[], actual: unknown, place: string): string[] {
  if (!Array.isArray(actual) || actual.length !== expected.length)
    return [`${place}: expected ${text(expected)}, got ${text(actual)}`];
  return expected.flatMap((part, index) => mismatches(part, actual[index], `${place}[${index}]`));
}

function ofRecords(expected: Readonly<Record<string, unknown>>, actual: unknown, place: string): string[] {
  const { from, to } = expected;
  if (typeof from === "number" && typeof to === "number") {
    const isWithin = typeof actual === "number" && actual >= from && actual <= to;
    return isWithin ? [] : [`${place}: expected ${from} to ${to}, got ${text(actual)}`];
  }
  if (!isRecord(actual)) return [`${place}: expected ${text(expected)}, got ${text(actual)}`];
  return Object.entries(expected).flatMap(([key, part]) => mismatches(part, actual[key], `${place}.${key}`));
}

function isEqual(expected: unknown, actual: unknown): boolean {
  if (typeof expected !== "number" || typeof actual !== "number") return expected === actual;
  return Math.abs(expected - actual) <= ROUNDING || expected === actual;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
