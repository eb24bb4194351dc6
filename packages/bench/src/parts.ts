import { adapters } from "./adapters/adapters.ts";
import { decisions } from "./decisions/decisions.ts";
import { growth } from "./growth.ts";
import type { Part } from "./part.ts";
import { drawAdapters, drawDecisions, drawGrowth } from "./report/panels.ts";
import { startup } from "./startup/startup.ts";

/** In the order in which they are run and written down. */
export const PARTS: readonly Part[] = [
  { name: "adapters", run: adapters, draw: drawAdapters },
  { name: "decisions", run: decisions, draw: drawDecisions },
  { name: "growth", run: growth, draw: drawGrowth },
  { name: "startup", run: startup },
];
