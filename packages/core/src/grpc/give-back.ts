import type { EndRequest } from "../contract/check.ts";
import type { FlowControl } from "../contract/flow-control.ts";

const TIMEOUT_MS = 5000;

/** Ends a flow for a client that does not do it itself. Nobody waits for that; what cannot be given back expires. */
export function giveBack(control: FlowControl, request: EndRequest): void {
  try {
    const ending = control.end(request, { timeoutMs: TIMEOUT_MS });
    if (ending instanceof Promise) ending.catch(() => undefined);
  } catch {
    return;
  }
}
