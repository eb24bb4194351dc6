import type { CheckResponse } from "../contract/check.ts";
import type { FlowControl } from "../contract/flow-control.ts";
import type { ServedCall } from "./served-call.ts";

/** A client that has left will never end the flow, so what was lent to it comes back at once. */
export function giveBackIfGone(
  response: CheckResponse,
  controlPoint: string,
  { call, control }: { readonly call: ServedCall; readonly control: FlowControl },
): void {
  if (!call.cancelled || !response.accepted || response.leases.length === 0) return;
  try {
    const ending = control.end({ controlPoint, leases: response.leases });
    // What could not be given back expires.
    if (ending instanceof Promise) ending.catch(() => undefined);
  } catch {
    return;
  }
}
