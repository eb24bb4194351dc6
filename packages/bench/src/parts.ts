import { adapters } from "./adapters/adapters.ts";
import { decisions } from "./decisions/decisions.ts";
import type { Part } from "./part.ts";

/** In the order in which they are run and written down. */
export const PARTS: readonly Part[] = [
  { name: "adapters", run: adapters },
  { name: "decisions", run: decisions },
];
