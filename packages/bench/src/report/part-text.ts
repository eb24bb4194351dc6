import { type Comparison, type Verdict, verdictOf } from "../comparison.ts";
import { summary } from "../statistics.ts";
import { figureText, summaryText } from "./figures.ts";
import { table } from "./table.ts";

/** One part of the benchmarks, as Markdown that is read in the terminal too. */
export function partText(comparisons: readonly Comparison[]): string {
  const groups = [...new Set(comparisons.map(({ group }) => group))];
  const tables = groups.map((group) => groupText(group, comparisons));
  return [...tables, verdictsText(comparisons)].join("\n\n");
}

/** A row for each candidate, a column for each comparison. */
function groupText(name: string, comparisons: readonly Comparison[]): string {
  const columns = comparisons.filter(({ group }) => group === name);
  const candidates = [...new Set(columns.flatMap(({ results }) => results.map((result) => result.name)))];
  const rows = candidates.map((candidate) => [candidate, ...columns.map((column) => cell(column, candidate))]);
  const head = ["median (min - max)", ...columns.map(({ title, unit }) => `${title}, ${unit}`)];
  return `**${name}**\n\n${table(head, rows)}`;
}

function cell({ results }: Comparison, candidate: string): string {
  const result = results.find(({ name }) => name === candidate);
  return result === undefined ? "" : summaryText(summary(result.samples));
}

function verdictsText(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap((comparison) =>
    comparison.targets.map((target) => verdictRow(comparison, verdictOf(comparison, target))),
  );
  return `**Targets**\n\n${table(["", "what", "target", "measured (min - max)", "result"], rows)}`;
}

function verdictRow({ title, unit, group }: Comparison, { target, times, measured, met }: Verdict): readonly string[] {
  const limit = times === undefined ? `${figureText(target.limit)} ${unit}` : `${target.limit} x ${times}`;
  const what = `${target.candidate}: ${group}, ${title}`;
  return [target.kind, what, `${target.bound} ${limit}`, summaryText(measured), met ? "met" : "**not met**"];
}
