import type { ComponentRef, Labels, LimiterDecision, Tokens } from "@aperture-flow/core";
import { fnv1a32 } from "../arithmetic/fnv1a.ts";
import { labelValue } from "../label-value.ts";
import type { FlowContext, Limiter, LimiterEnvironment } from "./limiter.ts";

export interface SamplerSettings {
  readonly ref: ComponentRef;
  /** From 100 on all flows pass, at 0 none. Without one, or at NaN, all pass; in ramp mode none. */
  readonly acceptPercentage: number | undefined;
  /** Flows with the same value of this label get the same answer; without it each flow is drawn by itself. */
  readonly sessionLabelKey?: string | undefined;
  /** Values of the session label that always pass; "" stands for flows without the label too. */
  readonly passThroughLabelValues?: readonly string[] | undefined;
  /** HTTP status of a drop, 403 by default. */
  readonly deniedStatus?: number | undefined;
  /** Whether flows in ramp mode need this sampler to let them in. */
  readonly rampMode?: boolean | undefined;
}

/** The highest hash, so that a share of a session is from 0 to 1, both included. */
const HIGHEST_HASH = 0xffff_ffff;
const NO_TOKENS: Tokens = Object.freeze({ consumed: 0, remaining: 0, current: 0 });

/**
 * Lets a percentage of flows pass. A session passes when `hash / (2^32 - 1) <= percentage / 100`: whoever passes at one
 * percentage passes at every higher one. The hash has no salt, so a session is in or out alike for all samplers of one
 * percentage.
 */
export class Sampler implements Limiter {
  readonly ref: ComponentRef;
  readonly #settings: SamplerSettings;
  readonly #random: () => number;
  readonly #sessionKey: string;
  readonly #passing: ReadonlySet<string>;
  readonly #share: number;

  constructor(settings: SamplerSettings, { random }: LimiterEnvironment) {
    const { ref, acceptPercentage = Number.NaN, sessionLabelKey = "", passThroughLabelValues } = settings;
    this.ref = ref;
    this.#settings = settings;
    this.#random = random;
    this.#sessionKey = sessionLabelKey;
    this.#passing = new Set(passThroughLabelValues);
    const whereInvalid = settings.rampMode === true ? 0 : 1;
    this.#share = Number.isNaN(acceptPercentage) ? whereInvalid : acceptPercentage / 100;
  }

  decide({ labels }: FlowContext): LimiterDecision {
    const session = this.#sessionOf(labels);
    const value = session ?? "";
    return {
      ref: this.ref,
      kind: "sampler",
      dropped: !(this.#passing.has(value) || this.#accepts(session)),
      label: `${this.#sessionKey}:${value}`,
      tokens: NO_TOKENS,
      waitMs: 0,
      status: this.#settings.deniedStatus ?? 403,
    };
  }

  /** A sampler takes nothing. */
  revert(): void {}

  #sessionOf(labels: Labels): string | undefined {
    return this.#sessionKey === "" ? undefined : labelValue(labels, this.#sessionKey);
  }

  #accepts(session: string | undefined): boolean {
    // The formula alone would let a hash of 0 pass at 0 percent.
    if (this.#share <= 0 || this.#share >= 1) return this.#share >= 1;
    const place = session === undefined ? this.#random() : fnv1a32(session) / HIGHEST_HASH;
    return place <= this.#share;
  }
}
