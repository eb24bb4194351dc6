import { flatHeap, leavingTimers, objectHeap, timerEach } from "./floors.ts";
import type { MakeLine } from "./line.ts";
import { leavingLine, ourLine } from "./our-line.ts";

export const OURS = "our scheduler";
export const OURS_LEAVING = "our scheduler, giving up";
export const TIMERS_LEAVING = "setTimeout for each, giving up";

/** All that keep an order, or deadlines, of those who wait. */
export const LINES: Readonly<Record<string, MakeLine>> = {
  "floor: flat heap": flatHeap,
  "floor: heap of objects": objectHeap,
  "deadlines alone, setTimeout for each": timerEach,
  [OURS]: () => ourLine(),
  "our scheduler, a user each": ourLine,
  [OURS_LEAVING]: leavingLine,
  [TIMERS_LEAVING]: leavingTimers,
};
