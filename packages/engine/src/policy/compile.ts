import type { Labels } from "@aperture-flow/core";
import type { Limiter } from "../limiter/limiter.ts";
import type { BuildContext, ComponentSummary, Snapshot } from "../snapshot.ts";
import { type Built, build } from "./builders.ts";
import { componentName, componentsOf, type PlacedComponent } from "./components.ts";
import { ConstantPorts } from "./constant-ports.ts";
import type { FlowPredicate } from "./control-points.ts";
import { groupBy } from "./group-by.ts";
import { loadPolicies } from "./load.ts";
import { labelPredicate } from "./match.ts";
import type { Complain } from "./plain-data.ts";
import type { Policy } from "./policy.ts";
import type { Path } from "./policy-document.ts";
import { fromTopToBottom, type PolicyProblem, policyError } from "./policy-problem.ts";
import { type CompiledPolicy, type Placement, PolicySnapshot } from "./policy-snapshot.ts";
import type { PolicySource } from "./read.ts";
import type { Selector } from "./schema-selectors.ts";

/** Components that need no circuit: constants, and the alerts that blueprints add and nothing listens to yet. */
const ACCEPTED: readonly string[] = ["variable", "bool_variable", "decider", "alerter"];

/**
 * Reads policies and builds what a check runs on. Limiters of policies that have not changed are taken over from the
 * previous snapshot, with the flows that wait in them.
 *
 * Fails with `APERTURE_POLICY_INVALID`, whose message has a line for everything that is wrong in any of them.
 */
export async function compilePolicies(source: PolicySource, context: BuildContext): Promise<Snapshot> {
  return buildSnapshot(await loadPolicies(source), context);
}

/** The second half of {@link compilePolicies}, for policies that were loaded before. */
export function buildSnapshot(policies: readonly Policy[], context: BuildContext): Snapshot {
  const problems: PolicyProblem[] = [];
  const parts = policies.map((policy) => {
    const own: PolicyProblem[] = [];
    const made = partsOf(policy, (path, text) => own.push(policy.problem(path, text)));
    problems.push(...fromTopToBottom(own));
    return made;
  });
  if (problems.length > 0) throw policyError(problems);
  const compiled = policies.map((policy, index) => compiledPolicy(policy, parts[index] ?? [], context));
  return new PolicySnapshot((context.previous?.version ?? 0) + 1, compiled);
}

/** A component that decides. */
interface Part extends Built {
  readonly id: string;
}

function partsOf(policy: Policy, complain: Complain): readonly Part[] {
  refuseClassifiers(policy, complain);
  return componentsOf(policy.spec).flatMap((placed) => partOf(policy, placed, complain));
}

function partOf(policy: Policy, { component, circuit, path, id }: PlacedComponent, complain: Complain): Part | [] {
  const name = componentName(component);
  if (component.flow_control === undefined) {
    if (!ACCEPTED.includes(name)) complain(path, `component \`${name}\` is not supported yet`);
    return [];
  }
  const place: Path = [...path, "flow_control", name];
  const built = build(component.flow_control, new ConstantPorts({ circuit, policy, path: place, complain }));
  if (built !== undefined) return { ...built, id };
  complain(place, `component \`${name}\` is not supported yet`);
  return [];
}

/** Labels that nobody makes would be labels that limiters miss, and flows without their label pass. */
function refuseClassifiers({ spec }: Policy, complain: Complain): void {
  if ((spec.resources?.flow_control?.classifiers ?? []).length === 0) return;
  const path = ["resources", "flow_control", "classifiers"];
  complain(path, "classifiers are not supported yet: make the labels in the application");
}

function compiledPolicy(policy: Policy, parts: readonly Part[], context: BuildContext): CompiledPolicy {
  const { name, hash } = policy;
  const limiters = parts.map((part) => limiterOf(policy, part, context));
  const components = parts.map(({ id, kind, selectors }): ComponentSummary => {
    const controlPoints = [...new Set(selectors.map((selector) => selector.control_point))].sort();
    return Object.freeze({ component: id, kind, controlPoints });
  });
  return {
    summary: Object.freeze({ name, hash, components }),
    limiters,
    placements: parts.flatMap((part, index) => placementsOf(policy, part, limiters[index] as Limiter, context)),
  };
}

function limiterOf({ name, hash }: Policy, { id, create }: Part, { previous, environment }: BuildContext): Limiter {
  const ref = Object.freeze({ policy: name, policyHash: hash, component: id });
  return previous?.limiter(ref) ?? create(ref, environment);
}

/** One at each control point, however many selectors name it: a limiter decides once on a flow. */
function placementsOf(
  policy: Policy,
  { stage, selectors }: Part,
  limiter: Limiter,
  { agentGroup }: BuildContext,
): readonly Placement[] {
  const own = selectors.filter(({ agent_group: group }) => !agentGroup || !group || group === agentGroup);
  const groups = groupBy(own, (selector) => selector.control_point);
  return [...groups].map(([controlPoint, here]) => ({
    controlPoint,
    limiter,
    stage,
    applies: anySelector(here, policy),
  }));
}

/** Undefined where one of the selectors means all flows. */
function anySelector(selectors: readonly Selector[], { patterns }: Policy): FlowPredicate | undefined {
  const conditions: FlowPredicate[] = [];
  for (const { service, label_matcher } of selectors) {
    const matches = labelPredicate(label_matcher, patterns);
    if (service !== "any")
      conditions.push((labels, services) => services.includes(service) && matches?.(labels) !== false);
    else if (matches === undefined) return undefined;
    else conditions.push((labels: Labels) => matches(labels));
  }
  return (labels, services) => conditions.some((condition) => condition(labels, services));
}
