import type { Result } from "../compare.ts";
import { summary } from "../statistics.ts";
import { figureText } from "./figures.ts";
import { escaped, isOurs, MUTED, OURS_COLOR, PANEL_WIDTH, PEER_COLOR } from "./panel.ts";

const ROW_HEIGHT = 20;
const NAMES_WIDTH = 290;
const FIGURES_WIDTH = 70;
const HEAD_HEIGHT = 28;

/** A bar for each candidate, as long as its median, with a thin line from its least to its most. */
export function bars(title: string, unit: string, results: readonly Result[]): string {
  const rows = results.map(({ name, samples }) => ({ name, ...summary(samples) }));
  const room = PANEL_WIDTH - NAMES_WIDTH - FIGURES_WIDTH;
  // A single wild round must not make all bars short.
  const widest = Math.max(...rows.map(({ median }) => median)) * 1.25;
  const x = (value: number): number => NAMES_WIDTH + Math.round((Math.min(Math.max(value, 0), widest) / widest) * room);
  const lines = rows.map(({ name, median, min, max }, index) => {
    const y = HEAD_HEIGHT + index * ROW_HEIGHT;
    const fill = isOurs(name) ? OURS_COLOR : PEER_COLOR;
    return [
      `<text x="${NAMES_WIDTH - 8}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>`,
      `<rect x="${NAMES_WIDTH}" y="${y + 1}" width="${Math.max(1, x(median) - NAMES_WIDTH)}" height="14" rx="2" fill="${fill}"/>`,
      `<path d="M${x(min)} ${y + 8}H${x(max)}" stroke="${MUTED}" stroke-width="1.5"/>`,
      `<text x="${x(Math.max(median, max)) + 6}" y="${y + 12}" fill="${MUTED}">${figureText(median)}</text>`,
    ].join("");
  });
  return [`<text y="16" font-weight="600">${escaped(title)}, ${escaped(unit)}</text>`, ...lines].join("\n");
}

export function barsHeight(results: readonly Result[]): number {
  return HEAD_HEIGHT + results.length * ROW_HEIGHT + 20;
}
