import type { Labels } from "@aperture-flow/core";
import type { FlowPredicate } from "./control-points.ts";
import { groupBy } from "./group-by.ts";
import { labelPredicate } from "./match.ts";
import type { Patterns } from "./policy.ts";
import type { Selector } from "./schema-selectors.ts";

/** A control point, and the flows there that are selected. */
export interface Place {
  readonly controlPoint: string;
  /** Undefined where all of them are. */
  readonly applies: FlowPredicate | undefined;
}

/** Each control point once, however many selectors name it, without those that are for another group of agents. */
export function placesOf(
  selectors: readonly Selector[],
  patterns: Patterns,
  agentGroup: string | undefined,
): readonly Place[] {
  const own = selectors.filter(({ agent_group: group }) => !agentGroup || !group || group === agentGroup);
  const groups = groupBy(own, (selector) => selector.control_point);
  return [...groups].map(([controlPoint, here]) => ({ controlPoint, applies: anySelector(here, patterns) }));
}

/** Undefined where one of the selectors means all flows. */
function anySelector(selectors: readonly Selector[], patterns: Patterns): FlowPredicate | undefined {
  const conditions: FlowPredicate[] = [];
  for (const { service, label_matcher } of selectors) {
    const matches = labelPredicate(label_matcher, patterns);
    if (service !== "any" && service !== "")
      conditions.push((labels, services) => services.includes(service) && matches?.(labels) !== false);
    else if (matches === undefined) return undefined;
    else conditions.push((labels: Labels) => matches(labels));
  }
  return (labels, services) => conditions.some((condition) => condition(labels, services));
}
