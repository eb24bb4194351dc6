import { figureText } from "./figures.ts";
import { escaped, isOurs, MUTED, OURS_COLOR, PANEL_WIDTH, PEER_COLOR } from "./panel.ts";

export interface Series {
  readonly name: string;
  /** One value for each step of the axis. */
  readonly values: readonly number[];
}

export interface Axis {
  readonly title: string;
  readonly steps: readonly string[];
}

const LEFT = 60;
const RIGHT = PANEL_WIDTH - 250;
const TOP = 36;
const BOTTOM = 240;
export const LINES_HEIGHT = BOTTOM + 60;
/** Names beside the ends of lines keep this far apart, however close the lines are. */
const NAME_HEIGHT = 17;

/** A line for each series over the steps of an axis; upwards, each mark is ten times the one below. */
export function lines(title: string, axis: Axis, series: readonly Series[]): string {
  const all = series.flatMap(({ values }) => values);
  const decades = { from: Math.floor(Math.log10(Math.min(...all))), to: Math.ceil(Math.log10(Math.max(...all))) };
  const y = (value: number): number =>
    Math.round(BOTTOM - ((Math.log10(value) - decades.from) / (decades.to - decades.from)) * (BOTTOM - TOP));
  const x = (step: number): number => Math.round(LEFT + (step * (RIGHT - LEFT)) / (axis.steps.length - 1));
  return [
    `<text y="16" font-weight="600">${escaped(title)}</text>`,
    ...marks(decades, y),
    ...axis.steps.map(
      (step, at) => `<text x="${x(at)}" y="${BOTTOM + 20}" text-anchor="middle">${escaped(step)}</text>`,
    ),
    `<text x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 40}" text-anchor="middle" fill="${MUTED}">${escaped(axis.title)}</text>`,
    ...series.map(({ name, values }) =>
      path(
        name,
        values.map((value, step) => `${x(step)} ${y(value)}`),
      ),
    ),
    ...names(series, y),
  ].join("\n");
}

function marks({ from, to }: { readonly from: number; readonly to: number }, y: (value: number) => number): string[] {
  return Array.from({ length: to - from + 1 }, (_, decade) => 10 ** (from + decade)).map(
    (value) =>
      `<path d="M${LEFT} ${y(value)}H${RIGHT}" stroke="#cbd2d9"/>` +
      `<text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end" fill="${MUTED}">${figureText(value).replace(/\.0+$/, "")}</text>`,
  );
}

function path(name: string, points: readonly string[]): string {
  const dashes = name.startsWith("floor") ? ' stroke-dasharray="5 4"' : "";
  return `<path d="M${points.join("L")}" fill="none" stroke="${colorOf(name)}" stroke-width="2"${dashes}/>`;
}

/** From the highest line to the lowest. */
function names(series: readonly Series[], y: (value: number) => number): string[] {
  const ends = series.map(({ name, values }) => ({ name, at: y(values.at(-1) as number) })).sort((a, b) => a.at - b.at);
  let free = 0;
  return ends.map(({ name, at }) => {
    const place = Math.max(at, free);
    free = place + NAME_HEIGHT;
    return `<text x="${RIGHT + 10}" y="${place + 4}" fill="${colorOf(name)}">${escaped(name)}</text>`;
  });
}

function colorOf(name: string): string {
  if (isOurs(name)) return OURS_COLOR;
  return name.startsWith("floor") ? PEER_COLOR : MUTED;
}
