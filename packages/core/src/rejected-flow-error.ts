import { ApertureError } from "./contract/errors.ts";
import type { Flow } from "./flow.ts";

/** Thrown where a flow may not run and the caller left nothing to do instead. */
export class RejectedFlowError extends ApertureError {
  readonly flow: Flow;

  constructor(flow: Flow) {
    const why = flow.rejectReason ?? `unreachable: ${flow.failOpenReason}`;
    super("APERTURE_FLOW_REJECTED", `the flow at "${flow.controlPoint}" was rejected (${why})`);
    this.flow = flow;
  }
}
