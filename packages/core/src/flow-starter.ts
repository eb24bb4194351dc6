import type { Awaitable } from "./contract/flow-control.ts";
import type { Flow } from "./flow.ts";
import type { FlowParams } from "./flow-params.ts";

/** Starts flows. What adapters ask of a client, so that a test may hand them anything that does. */
export interface FlowStarter {
  /** Never rejects: where nobody can decide, the flow says so and, by default, runs. */
  startFlow(controlPoint: string, params?: FlowParams): Promise<Flow>;
  /** The same, and without a promise where the answer is there at once: for code that every request runs through. */
  beginFlow(controlPoint: string, params?: FlowParams): Awaitable<Flow>;
  /**
   * The names of the labels that decisions at a control point can depend on; undefined, or no such method, for all of
   * them. The same set as long as nothing changed.
   */
  labelsRead?(controlPoint: string): ReadonlySet<string> | undefined;
  /**
   * Starts a flow, does the work and ends the flow. What the work throws is thrown on, with the flow's status Error.
   *
   * @throws ApertureError APERTURE_FLOW_REJECTED when the flow may not run and no `onReject` is given.
   */
  run<T>(
    controlPoint: string,
    params: FlowParams,
    work: (flow: Flow) => T | Promise<T>,
    options?: { readonly onReject?: ((flow: Flow) => T | Promise<T>) | undefined },
  ): Promise<T>;
}
