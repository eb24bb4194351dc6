import type { FlowRecord } from "./contract/flow-record.ts";
import type { Flow } from "./flow.ts";
import { nowMs } from "./time.ts";

/** What a flow that ends now leaves behind; undefined where nobody decided on it. */
export function recordOf(flow: Flow): FlowRecord | undefined {
  const response = flow.checkResponse();
  if (response === undefined) return undefined;
  const { controlPoint, status, startMs, workloadStartMs, httpStatusCode } = flow;
  return { controlPoint, response, status, startMs, workloadStartMs, endMs: nowMs(), httpStatusCode };
}
