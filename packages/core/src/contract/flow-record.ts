import type { CheckResponse } from "./check.ts";
import type { FlowStatus } from "./flow-status.ts";

/** What a finished flow leaves behind, for telemetry. Times are milliseconds since the epoch. */
export interface FlowRecord {
  readonly controlPoint: string;
  readonly response: CheckResponse;
  readonly status: FlowStatus;
  readonly startMs: number;
  /** When the decision had arrived and the work could begin. */
  readonly workloadStartMs: number;
  readonly endMs: number;
  readonly httpStatusCode?: number | undefined;
}
