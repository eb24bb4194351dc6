import { adapters } from "./adapters/adapters.ts";
import { decisions } from "./decisions/decisions.ts";
import { growth } from "./growth.ts";
import { grpc } from "./grpc/grpc.ts";
import type { Part } from "./part.ts";
import { drawAdapters, drawDecisions, drawGrowth } from "./report/panels.ts";
import { scheduler } from "./scheduler/scheduler.ts";
import { startup } from "./startup/startup.ts";

/** In the order in which they are run and written down. */
export const PARTS: readonly Part[] = [
  { name: "adapters", run: adapters, draw: drawAdapters },
  { name: "decisions", run: decisions, draw: drawDecisions },
  { name: "growth", run: growth, draw: drawGrowth },
  { name: "scheduler", run: scheduler },
  { name: "grpc", run: grpc },
  { name: "startup", run: startup },
];
