import type { ComponentRef, Labels } from "@aperture-flow/core";
import type { Limiter } from "../limiter/limiter.ts";
import type { BuildContext, ComponentSummary, PolicySummary, Snapshot } from "../snapshot.ts";
import { type Built, build } from "./builders.ts";
import { componentName, componentsOf, type PlacedComponent } from "./components.ts";
import { ConstantPorts } from "./constant-ports.ts";
import { ControlPoint, type Placed } from "./control-points.ts";
import { loadPolicies } from "./load.ts";
import { labelPredicate } from "./match.ts";
import type { Complain } from "./plain-data.ts";
import type { Policy } from "./policy.ts";
import type { Path } from "./policy-document.ts";
import { type PolicyProblem, policyError } from "./policy-problem.ts";
import type { PolicySource } from "./read.ts";
import type { Selector } from "./schema-selectors.ts";

/** Standard components that need no circuit: constants, and the alerts that blueprints add and nothing listens to yet. */
const ACCEPTED: readonly string[] = ["variable", "bool_variable", "decider", "alerter"];

/**
 * Reads policies and builds what a check runs on. Limiters of policies that have not changed are taken over from the
 * previous snapshot, with the flows that wait in them.
 *
 * Fails with `APERTURE_POLICY_INVALID`, whose message has a line for everything that is wrong in any of them.
 */
export async function compilePolicies(source: PolicySource, context: BuildContext): Promise<Snapshot> {
  const policies = await loadPolicies(source);
  const problems: PolicyProblem[] = [];
  const parts = policies.flatMap((policy) => {
    const complain = (path: Path, text: string) => void problems.push(policy.problem(path, text));
    refuseClassifiers(policy, complain);
    return componentsOf(policy.spec).flatMap((component) => partOf(policy, component, complain));
  });
  if (problems.length > 0) throw policyError(problems);
  return snapshotOf(policies, parts, context);
}

/** A component that decides, and the policy it belongs to. */
interface Part {
  readonly policy: Policy;
  readonly ref: ComponentRef;
  readonly built: Built;
}

function partOf(policy: Policy, placed: PlacedComponent, complain: Complain): readonly Part[] {
  const { component, circuit, path, id } = placed;
  const name = componentName(component);
  if (component.flow_control === undefined) {
    if (!ACCEPTED.includes(name)) complain(path, `component \`${name}\` is not supported yet`);
    return [];
  }
  const ports = new ConstantPorts(circuit, [...path, "flow_control", name], complain);
  const built = build(component.flow_control, ports);
  if (built !== undefined)
    return [{ policy, ref: { policy: policy.name, policyHash: policy.hash, component: id }, built }];
  complain([...path, "flow_control", name], `component \`${name}\` is not supported yet`);
  return [];
}

/** Labels that are not made would be labels that limiters miss. */
function refuseClassifiers({ spec }: Policy, complain: Complain): void {
  if ((spec.resources?.flow_control?.classifiers ?? []).length === 0) return;
  complain(
    ["resources", "flow_control", "classifiers"],
    "classifiers are not supported yet: make the labels in the application",
  );
}

function snapshotOf(policies: readonly Policy[], parts: readonly Part[], context: BuildContext): Snapshot {
  const { previous, environment, agentGroup } = context;
  const limiters = new Map<string, Limiter>();
  const placed = new Map<string, Placed[]>();
  for (const { policy, ref, built } of parts) {
    const limiter = previous?.limiter(ref) ?? built.create(ref, environment);
    limiters.set(keyOf(ref), limiter);
    const selectors = built.selectors.filter(({ agent_group: group }) => !agentGroup || !group || group === agentGroup);
    for (const [name, own] of byControlPoint(selectors)) {
      const here = placed.get(name) ?? [];
      placed.set(name, here);
      here.push({ limiter, stage: built.stage, applies: appliesTo(own, policy) });
    }
  }
  const controlPoints = new Map([...placed].map(([name, here]) => [name, new ControlPoint(here)]));
  return Object.freeze({
    version: (previous?.version ?? 0) + 1,
    policies: Object.freeze(policies.map((policy) => summaryOf(policy, parts))),
    match: (name: string, labels: Labels, services: readonly string[]) =>
      controlPoints.get(name)?.stages(labels, services) ?? NO_STAGES,
    limiter: (ref: ComponentRef) => limiters.get(keyOf(ref)),
  });
}

const NO_STAGES = Object.freeze([]);

function keyOf({ policy, policyHash, component }: ComponentRef): string {
  return JSON.stringify([policy, policyHash, component]);
}

function byControlPoint(selectors: readonly Selector[]): ReadonlyMap<string, readonly Selector[]> {
  const groups = new Map<string, Selector[]>();
  for (const selector of selectors) {
    groups.set(selector.control_point, [...(groups.get(selector.control_point) ?? []), selector]);
  }
  return groups;
}

/** A flow that one selector means is meant; undefined where one of them means all. */
function appliesTo(selectors: readonly Selector[], { patterns }: Policy): Placed["applies"] {
  const conditions = selectors.map(({ service, label_matcher }) => {
    const matches = labelPredicate(label_matcher, patterns);
    if (service === "any") return matches;
    return (labels: Labels, services: readonly string[]) => services.includes(service) && matches?.(labels) !== false;
  });
  if (conditions.includes(undefined)) return undefined;
  return (labels, services) => conditions.some((condition) => condition?.(labels, services) === true);
}

function summaryOf({ name, hash }: Policy, parts: readonly Part[]): PolicySummary {
  const own = parts.filter(({ policy }) => policy.name === name);
  const components = own.map(({ ref, built }): ComponentSummary => {
    const controlPoints = [...new Set(built.selectors.map(({ control_point }) => control_point))].sort();
    return { component: ref.component, kind: built.kind, controlPoints };
  });
  return { name, hash, components };
}
