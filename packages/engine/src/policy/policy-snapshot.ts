import type { ComponentRef, Labels } from "@aperture-flow/core";
import type { Limiter } from "../limiter/limiter.ts";
import type { PolicySummary, Snapshot, Stage } from "../snapshot.ts";
import { ControlPoint, type PlacedLimiter } from "./control-points.ts";
import { groupBy } from "./group-by.ts";

/** The compiled components of one policy. */
export interface CompiledPolicy {
  readonly summary: PolicySummary;
  readonly limiters: readonly Limiter[];
  readonly placements: readonly Placement[];
}

/** A limiter, and the control point that it is at. */
export interface Placement extends PlacedLimiter {
  readonly controlPoint: string;
}

const NO_STAGES: readonly Stage[] = Object.freeze([]);

/** Policies by control point, so that a flow pays nothing for policies that are not about its own. */
export class PolicySnapshot implements Snapshot {
  readonly version: number;
  readonly policies: readonly PolicySummary[];
  readonly #controlPoints: ReadonlyMap<string, ControlPoint>;
  readonly #limiters: ReadonlyMap<string, ReadonlyMap<string, Limiter>>;

  constructor(version: number, policies: readonly CompiledPolicy[]) {
    this.version = version;
    this.policies = Object.freeze(policies.map(({ summary }) => summary));
    const placements = groupBy(
      policies.flatMap((policy) => policy.placements),
      ({ controlPoint }) => controlPoint,
    );
    this.#controlPoints = new Map([...placements].map(([name, placed]) => [name, new ControlPoint(placed)]));
    this.#limiters = new Map(policies.map(({ summary, limiters }) => [summary.name, byComponent(limiters)]));
    Object.freeze(this);
  }

  match(controlPoint: string, labels: Labels, services: readonly string[]): readonly Stage[] {
    return this.#controlPoints.get(controlPoint)?.stages(labels, services) ?? NO_STAGES;
  }

  limiter({ policy, policyHash, component }: ComponentRef): Limiter | undefined {
    const limiter = this.#limiters.get(policy)?.get(component);
    return limiter?.ref.policyHash === policyHash ? limiter : undefined;
  }
}

function byComponent(limiters: readonly Limiter[]): ReadonlyMap<string, Limiter> {
  return new Map(limiters.map((limiter) => [limiter.ref.component, limiter]));
}
