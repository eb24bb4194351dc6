import type { CheckResponse } from "../contract/check.ts";
import type { FlowControl } from "../contract/flow-control.ts";
import { giveBack } from "./give-back.ts";
import type { ServedCall } from "./served-call.ts";

/** A client that has left will never end the flow, so what was lent to it comes back at once. */
export function giveBackIfGone(
  response: CheckResponse,
  controlPoint: string,
  { call, control }: { readonly call: ServedCall; readonly control: FlowControl },
): void {
  if (!call.cancelled || !response.accepted || response.leases.length === 0) return;
  giveBack(control, { controlPoint, leases: response.leases });
}
