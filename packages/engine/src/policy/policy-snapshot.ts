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
  readonly #places: ReadonlyMap<string, Place>;
  /** What was looked up last: each flow looks twice, and most processes have one control point. */
  #lastName: string | undefined;
  #lastPlace: Place | undefined;
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
    this.#places = new Map(
      [...placements].map(([name, placed]) => [name, new Place(placed, new Set(placed.map(({ policy }) => policy)))]),
    );
    const classifiers = policies.flatMap((policy) => policy.classifiers);
    this.#classifiers = groupBy(classifiers, ({ controlPoint }) => controlPoint);
    this.#limiters = new Map(policies.map(({ summary, limiters }) => [summary.name, byComponent(limiters)]));
    Object.freeze(this);
  }

  match(controlPoint: string, labels: Labels, services: readonly string[]): readonly Stage[] {
    return this.#placeOf(controlPoint)?.controlPoint.stages(labels, services) ?? NO_STAGES;
  }

  labelsRead(controlPoint: string): ReadonlySet<string> {
    return this.#placeOf(controlPoint)?.labelsRead ?? this.#none;
  }

  classify(flow: CheckHttpRequest, labels: Labels): Labels {
    const classifiers = this.#classifiers.get(flow.controlPoint);
    return classifiers === undefined ? labels : classified(classifiers, flow, labels);
  }

  limiter({ policy, policyHash, component }: ComponentRef): Limiter | undefined {
    const limiter = this.#limiters.get(policy)?.get(component);
    return limiter?.ref.policyHash === policyHash ? limiter : undefined;
  }

  #placeOf(controlPoint: string): Place | undefined {
    if (controlPoint !== this.#lastName) {
      this.#lastPlace = this.#places.get(controlPoint);
      this.#lastName = controlPoint;
    }
    return this.#lastPlace;
  }
}

/** What policies say of one control point. */
class Place {
  readonly controlPoint: ControlPoint;
  readonly #policies: ReadonlySet<CompiledPolicy>;
  #labelsRead: ReadonlySet<string> | undefined;

  constructor(placed: readonly PlacedLimiter[], policies: ReadonlySet<CompiledPolicy>) {
    this.controlPoint = new ControlPoint(placed);
    this.#policies = policies;
  }

  /** Found when somebody asks: an agent reads all the labels that it is sent. */
  get labelsRead(): ReadonlySet<string> {
    this.#labelsRead ??= textsIn([...this.#policies].map(({ spec }) => spec));
    return this.#labelsRead;
  }
}

function byComponent(limiters: readonly Limiter[]): ReadonlyMap<string, Limiter> {
  return new Map(limiters.map((limiter) => [limiter.ref.component, limiter]));
}
