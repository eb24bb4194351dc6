import type { Summary } from "../statistics.ts";

/** Three digits that count, and never an exponent. */
export function figureText(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** The median, and between which figures it lies where there were several. */
export function summaryText({ median, min, max }: Summary): string {
  return min === max ? figureText(median) : `${figureText(median)} (${figureText(min)} - ${figureText(max)})`;
}
