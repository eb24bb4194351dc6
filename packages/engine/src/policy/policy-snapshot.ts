import type { CheckHttpRequest, ComponentRef, Labels } from "@aperture-flow/core";
import { type Classifier, classified } from "../classifier/classifier.ts";
import type { Limiter } from "../limiter/limiter.ts";
import type { PolicySummary, Snapshot, Stage } from "../snapshot.ts";
import { ControlPoint, type PlacedLimiter } from "./control-points.ts";
import { groupBy } from "./group-by.ts";
import { textsIn } from "./texts.ts";

/** The compiled components of one policy. */
export interface CompiledPolicy {
  readonly summary: PolicySummary;
  readonly limiters: readonly Limiter[];
  readonly placements: readonly Placement[];
  readonly classifiers: readonly PlacedClassifier[];
  /** What the policy says, as plain data. */
  readonly spec: unknown;
}

/** A classifier, and the control point that it is at. */
export interface PlacedClassifier extends Classifier {
  readonly controlPoint: string;
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
  /** The policies that have limiters at a control point. */
  readonly #policiesAt: ReadonlyMap<string, ReadonlySet<CompiledPolicy>>;
  readonly #labelsRead = new Map<string, ReadonlySet<string>>();
  readonly #none: ReadonlySet<string> = new Set();
  readonly #classifiers: ReadonlyMap<string, readonly Classifier[]>;
  readonly #limiters: ReadonlyMap<string, ReadonlyMap<string, Limiter>>;

  constructor(version: number, policies: readonly CompiledPolicy[]) {
    this.version = version;
    this.policies = Object.freeze(policies.map(({ summary }) => summary));
    const placements = groupBy(
      policies.flatMap((policy) => policy.placements.map((placement) => ({ ...placement, policy }))),
      ({ controlPoint }) => controlPoint,
    );
    this.#controlPoints = new Map([...placements].map(([name, placed]) => [name, new ControlPoint(placed)]));
    this.#policiesAt = new Map(
      [...placements].map(([name, placed]) => [name, new Set(placed.map(({ policy }) => policy))]),
    );
    const classifiers = policies.flatMap((policy) => policy.classifiers);
    this.#classifiers = groupBy(classifiers, ({ controlPoint }) => controlPoint);
    this.#limiters = new Map(policies.map(({ summary, limiters }) => [summary.name, byComponent(limiters)]));
    Object.freeze(this);
  }

  match(controlPoint: string, labels: Labels, services: readonly string[]): readonly Stage[] {
    return this.#controlPoints.get(controlPoint)?.stages(labels, services) ?? NO_STAGES;
  }

  labelsRead(controlPoint: string): ReadonlySet<string> {
    const known = this.#labelsRead.get(controlPoint);
    if (known !== undefined) return known;
    const policies = this.#policiesAt.get(controlPoint);
    // Not kept: names of control points may come from outside, and there is no end to them.
    if (policies === undefined) return this.#none;
    const texts = textsIn([...policies].map(({ spec }) => spec));
    this.#labelsRead.set(controlPoint, texts);
    return texts;
  }

  classify(flow: CheckHttpRequest, labels: Labels): Labels {
    const classifiers = this.#classifiers.get(flow.controlPoint);
    return classifiers === undefined ? labels : classified(classifiers, flow, labels);
  }

  limiter({ policy, policyHash, component }: ComponentRef): Limiter | undefined {
    const limiter = this.#limiters.get(policy)?.get(component);
    return limiter?.ref.policyHash === policyHash ? limiter : undefined;
  }
}

function byComponent(limiters: readonly Limiter[]): ReadonlyMap<string, Limiter> {
  return new Map(limiters.map((limiter) => [limiter.ref.component, limiter]));
}
