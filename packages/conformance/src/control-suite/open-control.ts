import type { FlowControl } from "@aperture-flow/core";
import type { EngineOptions } from "@aperture-flow/engine";

/** A control that decides by policies, however far away from them it is. */
export interface OpenControl {
  readonly control: FlowControl;
  /** Ends what stands behind the control; the suite has closed the control itself. */
  release(): Promise<void>;
}

/** Opens a control on the policies of an engine with these options. */
export type ControlOpener = (options: EngineOptions) => Promise<OpenControl>;
