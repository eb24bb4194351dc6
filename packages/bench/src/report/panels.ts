import { costGroup } from "../adapters/adapters.ts";
import { FRAMEWORKS } from "../adapters/frameworks.ts";
import { type Comparison, samplesOf } from "../comparison.ts";
import { TIME_GROUP } from "../decisions/decisions.ts";
import { AT_ONE_POINT_GROUP, ELSEWHERE_GROUP } from "../growth.ts";
import { median } from "../statistics.ts";
import { bars, barsHeight } from "./bars.ts";
import { lines, type Series } from "./lines.ts";
import { placed } from "./panel.ts";

/** Whole requests of the three frameworks, one below the other. */
export function drawAdapters(comparisons: readonly Comparison[]): string {
  let y = 0;
  const panels = Object.keys(FRAMEWORKS).map((framework) => {
    const { results, unit } = found(comparisons, costGroup(framework), "framework");
    const panel = placed(bars(costGroup(framework), unit, results), y);
    y += barsHeight(results);
    return panel;
  });
  return panels.join("\n");
}

export function drawDecisions(comparisons: readonly Comparison[]): string {
  const columns = comparisons.filter(({ group }) => group === TIME_GROUP);
  const names = columns[0]?.results.map(({ name }) => name) ?? [];
  const axis = { title: "keys", steps: columns.map(({ title }) => title) };
  const series = names.map((name) => ({
    name,
    values: columns.map(({ results }) => median(samplesOf(results, name))),
  }));
  return lines(`${TIME_GROUP}, ns`, axis, series);
}

export function drawGrowth(comparisons: readonly Comparison[]): string {
  const elsewhere = found(comparisons, ELSEWHERE_GROUP, "CPU");
  const atOnePoint = found(comparisons, AT_ONE_POINT_GROUP, "CPU");
  const steps = (comparison: Comparison): readonly string[] => comparison.results.map(({ name }) => name);
  const series = (name: string, { results }: Comparison): Series => ({
    name,
    values: results.map(({ samples }) => median(samples)),
  });
  return [
    placed(
      lines(`${AT_ONE_POINT_GROUP}, ns`, { title: "policies", steps: steps(atOnePoint) }, [series("ours", atOnePoint)]),
      0,
    ),
    placed(
      lines(`${ELSEWHERE_GROUP}, ns`, { title: "policies", steps: steps(elsewhere) }, [series("ours", elsewhere)]),
      300,
    ),
  ].join("\n");
}

function found(comparisons: readonly Comparison[], group: string, title: string): Comparison {
  const comparison = comparisons.find((one) => one.group === group && one.title === title);
  if (comparison === undefined) throw new RangeError(`nothing was measured of "${group}"`);
  return comparison;
}
