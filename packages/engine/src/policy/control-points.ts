import type { Labels, RejectReason } from "@aperture-flow/core";
import type { Limiter } from "../limiter/limiter.ts";
import type { Stage, StageKind } from "../snapshot.ts";

/** A limiter at one control point, and the flows there that it applies to. */
export interface PlacedLimiter {
  readonly limiter: Limiter;
  readonly stage: StageKind;
  /** Undefined where it applies to all of them. */
  readonly applies: FlowPredicate | undefined;
}

export type FlowPredicate = (labels: Labels, services: readonly string[]) => boolean;

const ORDER: readonly { readonly kind: StageKind; readonly reason: RejectReason; readonly status: number }[] = [
  { kind: "ramp", reason: "no-matching-ramp", status: 403 },
  { kind: "sample", reason: "not-sampled", status: 403 },
  { kind: "rate", reason: "rate-limited", status: 429 },
  { kind: "concurrency", reason: "no-tokens", status: 503 },
  { kind: "load", reason: "no-tokens", status: 503 },
];

/** Sets of limiters whose stages are kept. Flows choose among them with their labels, so there is an end to it. */
const MOST_KEPT = 1024;
/** Conditions that fit into the bits of a small integer. */
const MOST_BITS = 30;

/**
 * The limiters of one control point. Which of them apply to a flow is a set of bits, and the stages of a set are made the
 * first time that it is seen: a flow costs its conditions and one look-up.
 */
export class ControlPoint {
  readonly #placed: readonly PlacedLimiter[];
  readonly #conditions: readonly FlowPredicate[];
  /** The stages of every flow, where there are no conditions. */
  readonly #always: readonly Stage[] | undefined;
  readonly #kept = new Map<number | string, readonly Stage[]>();

  constructor(placed: readonly PlacedLimiter[]) {
    this.#placed = placed;
    this.#conditions = placed.flatMap(({ applies }) => applies ?? []);
    this.#always = this.#conditions.length === 0 ? stagesOf(placed) : undefined;
  }

  stages(labels: Labels, services: readonly string[]): readonly Stage[] {
    if (this.#always !== undefined) return this.#always;
    const set = this.#setOf(labels, services);
    return this.#kept.get(set) ?? this.#keep(set, labels, services);
  }

  #setOf(labels: Labels, services: readonly string[]): number | string {
    let set: number | string = this.#bits(0, labels, services);
    for (let first = MOST_BITS; first < this.#conditions.length; first += MOST_BITS) {
      set = `${set},${this.#bits(first, labels, services)}`;
    }
    return set;
  }

  #bits(first: number, labels: Labels, services: readonly string[]): number {
    const count = Math.min(this.#conditions.length - first, MOST_BITS);
    let bits = 0;
    for (let bit = 0; bit < count; bit++) {
      if (this.#conditions[first + bit]?.(labels, services) === true) bits |= 1 << bit;
    }
    return bits;
  }

  #keep(set: number | string, labels: Labels, services: readonly string[]): readonly Stage[] {
    const stages = stagesOf(this.#placed.filter(({ applies }) => applies?.(labels, services) !== false));
    if (this.#kept.size === MOST_KEPT) this.#kept.clear();
    this.#kept.set(set, stages);
    return stages;
  }
}

function stagesOf(placed: readonly PlacedLimiter[]): readonly Stage[] {
  const stages = ORDER.map(({ kind, reason, status }): Stage => {
    const limiters = Object.freeze(placed.filter(({ stage }) => stage === kind).map(({ limiter }) => limiter));
    return Object.freeze({ kind, reason, status, limiters });
  });
  return Object.freeze(stages.filter(({ limiters }) => limiters.length > 0));
}
