import type { Limiter } from "../limiter/limiter.ts";
import type { BuildContext, ComponentSummary, Snapshot } from "../snapshot.ts";
import { type Built, build } from "./builders.ts";
import { type BuiltClassifier, classifiersOf } from "./classifiers.ts";
import { componentName, componentsOf, type PlacedComponent } from "./components.ts";
import { ConstantPorts } from "./constant-ports.ts";
import { type FoundPolicies, findPolicies } from "./load.ts";
import { placesOf } from "./places.ts";
import type { Complain } from "./plain-data.ts";
import type { Policy } from "./policy.ts";
import type { Path } from "./policy-document.ts";
import { type PolicyProblem, policyError } from "./policy-problem.ts";
import { type CompiledPolicy, PolicySnapshot } from "./policy-snapshot.ts";
import type { PolicySource } from "./read.ts";
import type { Selector } from "./schema-selectors.ts";

/** Components that decide on no flow and still may be there, and what becomes of them. */
export const PASSIVE_COMPONENTS: Readonly<Record<string, string>> = Object.freeze({
  variable: "as a constant",
  bool_variable: "as a constant",
  decider: "no effect",
  alerter: "no effect",
});

/**
 * Reads policies and builds what a check runs on. Limiters of policies that have not changed are taken over from the
 * previous snapshot, with the flows that wait in them.
 *
 * Fails with `APERTURE_POLICY_INVALID`, whose message has a line for everything that is wrong in any of them.
 */
export async function compilePolicies(source: PolicySource, context: BuildContext): Promise<Snapshot> {
  return buildSnapshot(await findPolicies(source), context);
}

/** The second half of {@link compilePolicies}, for policies that were found before. */
export function buildSnapshot({ policies, problems: known }: FoundPolicies, context: BuildContext): Snapshot {
  const problems: PolicyProblem[] = [...known];
  const parts = policies.map((policy) =>
    partsOf(policy, context, (path, text) => problems.push(policy.problem(path, text))),
  );
  if (problems.length > 0) throw policyError(problems);
  const compiled = policies.map((policy, index) => compiledPolicy(policy, parts[index] ?? NO_PARTS, context));
  return new PolicySnapshot((context.previous?.version ?? 0) + 1, compiled);
}

/** All of a policy that does something to flows. */
interface Parts {
  readonly deciders: readonly Decider[];
  readonly classifiers: readonly BuiltClassifier[];
}

const NO_PARTS: Parts = { deciders: [], classifiers: [] };

/** A component that decides. */
interface Decider extends Built {
  readonly id: string;
}

function partsOf(policy: Policy, { rego, environment }: BuildContext, complain: Complain): Parts {
  const failed = (error: unknown) => environment.observer.classifierError?.(policy.name, error);
  return {
    deciders: componentsOf(policy.spec).flatMap((placed) => deciderOf(policy, placed, complain)),
    classifiers: classifiersOf(policy.spec, { rego, failed }, complain),
  };
}

function deciderOf(
  policy: Policy,
  { component, circuit, path, id }: PlacedComponent,
  complain: Complain,
): Decider | [] {
  const name = componentName(component);
  if (component.flow_control === undefined) {
    if (!Object.hasOwn(PASSIVE_COMPONENTS, name)) complain(path, `component \`${name}\` is not supported yet`);
    return [];
  }
  const place: Path = [...path, "flow_control", name];
  const ports = new ConstantPorts({ circuit, policy, path: place, complain });
  const built = build(component.flow_control, { ports, patterns: policy.patterns });
  if (built !== undefined) return { ...built, id };
  complain(place, `component \`${name}\` is not supported yet`);
  return [];
}

function compiledPolicy(policy: Policy, parts: Parts, context: BuildContext): CompiledPolicy {
  const { name, hash, patterns } = policy;
  const limiters = parts.deciders.map((decider) => limiterOf(policy, decider, context));
  const places = (selectors: readonly Selector[]) => placesOf(selectors, patterns, context.agentGroup);
  const components = parts.deciders.map(({ id, kind, selectors }): ComponentSummary => {
    const controlPoints = [...new Set(selectors.map((selector) => selector.control_point))].sort();
    return Object.freeze({ component: id, kind, controlPoints });
  });
  return {
    summary: Object.freeze({ name, hash, components }),
    limiters,
    placements: parts.deciders.flatMap(({ stage, selectors }, index) =>
      places(selectors).map((place) => ({ ...place, stage, limiter: limiters[index] as Limiter })),
    ),
    classifiers: parts.classifiers.flatMap(({ selectors, extractors }) =>
      places(selectors).map((place) => ({ ...place, extractors })),
    ),
    spec: policy.spec,
  };
}

function limiterOf({ name, hash }: Policy, { id, create }: Decider, { previous, environment }: BuildContext): Limiter {
  const ref = Object.freeze({ policy: name, policyHash: hash, component: id });
  return previous?.limiter(ref) ?? create(ref, environment);
}
