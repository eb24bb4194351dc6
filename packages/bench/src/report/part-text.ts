import { type Comparison, type Verdict, verdictOf } from "../comparison.ts";
import { median, type Summary, summary } from "../statistics.ts";
import { figureText } from "./figures.ts";
import { table } from "./table.ts";

/** One part of the benchmarks, as Markdown that is read in the terminal too. */
export function partText(comparisons: readonly Comparison[]): string {
  const tables = comparisons.map((comparison) => `**${comparison.title}**, ${comparison.unit}\n\n${costs(comparison)}`);
  const verdicts = comparisons.flatMap((comparison) =>
    comparison.targets.map((target) => verdictRow(comparison, verdictOf(comparison, target))),
  );
  const targets = table(["target", "measured", "min", "max", ""], verdicts);
  return [...tables, `**Targets**\n\n${targets}`].join("\n\n");
}

/** Each candidate beside the first, which is the floor or whatever else all are to be seen against. */
function costs({ results }: Comparison): string {
  const first = median(results[0]?.samples ?? []);
  const rows = results.map(({ name, samples }) => {
    const cost = summary(samples);
    return [name, ...spread(cost), `${figureText(cost.median / first)} x`];
  });
  return table(["", "median", "min", "max", "to the first"], rows);
}

function verdictRow({ title, unit }: Comparison, { target, times, measured, met }: Verdict): readonly string[] {
  const limit = times === undefined ? `${figureText(target.limit)} ${unit}` : `${target.limit} x ${times}`;
  const wanted = `${target.kind}: ${target.candidate}, ${title}: ${target.bound} ${limit}`;
  return [wanted, ...spread(measured), met ? "met" : "**not met**"];
}

function spread({ median, min, max }: Summary): readonly string[] {
  return [median, min, max].map(figureText);
}
