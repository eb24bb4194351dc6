import type { Labels, RejectReason } from "@aperture-flow/core";
import type { Limiter } from "../limiter/limiter.ts";
import type { Stage, StageKind } from "../snapshot.ts";

/** A limiter at one control point, and the flows there that it applies to. */
export interface Placed {
  readonly limiter: Limiter;
  readonly stage: StageKind;
  /** Undefined where it applies to all of them. */
  readonly applies: ((labels: Labels, services: readonly string[]) => boolean) | undefined;
}

const ORDER: readonly { readonly kind: StageKind; readonly reason: RejectReason; readonly status: number }[] = [
  { kind: "ramp", reason: "no-matching-ramp", status: 403 },
  { kind: "sample", reason: "not-sampled", status: 403 },
  { kind: "rate", reason: "rate-limited", status: 429 },
  { kind: "concurrency", reason: "no-tokens", status: 503 },
  { kind: "load", reason: "no-tokens", status: 503 },
];

/** Combinations of limiters whose stages are kept; a control point seldom sees more than a few. */
const MOST_KEPT = 1024;
/** Conditions that fit into the bits of a small integer. */
const MOST_BITS = 30;

/**
 * The limiters of one control point. Which of them apply to a flow is a set of bits, and the stages of each set that was
 * seen are made once.
 */
export class ControlPoint {
  readonly #placed: readonly Placed[];
  readonly #conditional: readonly Placed[];
  readonly #kept = new Map<number, readonly Stage[]>();

  constructor(placed: readonly Placed[]) {
    this.#placed = placed;
    this.#conditional = placed.filter(({ applies }) => applies !== undefined);
  }

  stages(labels: Labels, services: readonly string[]): readonly Stage[] {
    if (this.#conditional.length > MOST_BITS) {
      return stagesOf(this.#placed.filter(({ applies }) => applies?.(labels, services) !== false));
    }
    let bits = 0;
    for (let index = 0; index < this.#conditional.length; index++) {
      if (this.#conditional[index]?.applies?.(labels, services) === true) bits |= 1 << index;
    }
    return this.#kept.get(bits) ?? this.#keep(bits);
  }

  #keep(bits: number): readonly Stage[] {
    const stages = stagesOf(
      this.#placed.filter(
        (placed) => placed.applies === undefined || (bits & (1 << this.#conditional.indexOf(placed))) !== 0,
      ),
    );
    if (this.#kept.size === MOST_KEPT) this.#kept.clear();
    this.#kept.set(bits, stages);
    return stages;
  }
}

function stagesOf(placed: readonly Placed[]): readonly Stage[] {
  const stages = ORDER.map(({ kind, reason, status }): Stage => {
    const limiters = Object.freeze(placed.filter(({ stage }) => stage === kind).map(({ limiter }) => limiter));
    return Object.freeze({ kind, reason, status, limiters });
  });
  return Object.freeze(stages.filter(({ limiters }) => limiters.length > 0));
}
