import type { Labels } from "@aperture-flow/core";
import { labelValue } from "../label-value.ts";
import type { Patterns } from "./policy.ts";
import type { Expression, LabelMatcher, Requirement } from "./schema-selectors.ts";

/** Whether a flow is meant, by its labels. */
export type LabelPredicate = (labels: Labels) => boolean;

/**
 * The predicate of a matcher; `undefined` where it matches everything. All parts have to hold; `match_expressions` counts
 * only without `match_list`.
 */
export function labelPredicate(matcher: LabelMatcher | undefined, patterns: Patterns): LabelPredicate | undefined {
  if (matcher === undefined) return undefined;
  const { match_labels, expression } = matcher;
  const parts: LabelPredicate[] = [
    ...Object.entries(match_labels ?? {}).map(([label, value]) => equals(label, value)),
    ...requirementsOf(matcher).map(requires),
    ...(expression === undefined ? [] : [holds(expression, patterns)]),
  ];
  return parts.length === 0 ? undefined : allOf(parts);
}

/** An empty list is none, as in messages, which cannot tell the two apart. */
function requirementsOf({ match_list = [], match_expressions = [] }: LabelMatcher): readonly Requirement[] {
  return match_list.length > 0 ? match_list : match_expressions;
}

function equals(label: string, value: string): LabelPredicate {
  return (labels) => labelValue(labels, label) === value;
}

function requires({ key, operator, values }: Requirement): LabelPredicate {
  const listed: ReadonlySet<string | undefined> = new Set(values);
  switch (operator) {
    case "In":
      return (labels) => listed.has(labelValue(labels, key));
    case "NotIn":
      return (labels) => !listed.has(labelValue(labels, key));
    case "Exists":
      return (labels) => labelValue(labels, key) !== undefined;
    case "DoesNotExist":
      return (labels) => labelValue(labels, key) === undefined;
  }
}

function holds(expression: Expression, patterns: Patterns): LabelPredicate {
  const { not, all, any, label_exists, label_equals, label_matches } = expression;
  if (not !== undefined) return negated(holds(not, patterns));
  if (all !== undefined) return allOf(all.of.map((each) => holds(each, patterns)));
  if (any !== undefined) return anyOf(any.of.map((each) => holds(each, patterns)));
  if (label_exists !== undefined) return (labels) => labelValue(labels, label_exists) !== undefined;
  if (label_equals !== undefined) return equals(label_equals.label, label_equals.value);
  if (label_matches !== undefined) return matches(label_matches.label, label_matches.regex, patterns);
  return () => false;
}

function matches(label: string, regex: string, patterns: Patterns): LabelPredicate {
  const pattern = patterns.get(regex);
  return (labels) => {
    const value = labelValue(labels, label);
    return value !== undefined && pattern?.test(value) === true;
  };
}

function negated(predicate: LabelPredicate): LabelPredicate {
  return (labels) => !predicate(labels);
}

function allOf(predicates: readonly LabelPredicate[]): LabelPredicate {
  const [only, ...others] = predicates;
  if (only !== undefined && others.length === 0) return only;
  return (labels) => predicates.every((predicate) => predicate(labels));
}

function anyOf(predicates: readonly LabelPredicate[]): LabelPredicate {
  return (labels) => predicates.some((predicate) => predicate(labels));
}
