import type { EngineOptions } from "@aperture-flow/engine";
import type { Player } from "./player.ts";

/** One sequence of questions, which all controls must answer alike. */
export interface Script {
  readonly title: string;
  /** YAML. */
  readonly policies: string;
  readonly engine?: Partial<EngineOptions> | undefined;
  /** Says what the answers must be, so that two controls do not agree on the wrong ones. */
  readonly play: (player: Player) => Promise<void>;
}
