import * as z from "zod";
import { byName, list, mapping, name, oneKeyOf, oneOf, someOf, text } from "./schema-values.ts";

export const requirement = mapping(() => ({
  key: name().describe("The label."),
  operator: oneOf("In", "NotIn", "Exists", "DoesNotExist").describe(
    "`In`: the label is there and its value is listed. `NotIn`: the opposite, so also without the label. `Exists` and `DoesNotExist` ask for the label alone.",
  ),
  values: list(text()).default([]).describe("What the value is compared with; ignored by `Exists` and `DoesNotExist`."),
})).refine(({ operator, values }) => values.length > 0 || operator === "Exists" || operator === "DoesNotExist", {
  error: "expected a list with at least one element",
  path: ["values"],
  when: ({ issues }) => issues.length === 0,
});

/** One node of a tree of conditions. */
export interface Expression {
  readonly not?: Expression | undefined;
  readonly all?: { readonly of: readonly Expression[] } | undefined;
  readonly any?: { readonly of: readonly Expression[] } | undefined;
  readonly label_exists?: string | undefined;
  readonly label_equals?: { readonly label: string; readonly value: string } | undefined;
  readonly label_matches?: { readonly label: string; readonly regex: string } | undefined;
}

export const expression: z.ZodType<Expression, Expression> = z.lazy(() =>
  oneKeyOf("condition", () => ({
    not: expression.optional().describe("True where this is false."),
    all: expressions.optional().describe("True where each of these is; so also where there is none."),
    any: expressions.optional().describe("True where one of these is; so not where there is none."),
    label_exists: name().optional().describe("True where the flow has this label."),
    label_equals: labelEquals.optional().describe("True where the flow has this label with exactly this value."),
    label_matches: labelMatches
      .optional()
      .describe("True where the flow has this label and its value holds a match of the expression."),
  })),
);

const expressions = mapping(() => ({ of: list(expression).describe("The conditions.") }));

const labelEquals = mapping(() => ({
  label: name().describe("The label."),
  value: text().describe("The value it has to have."),
}));

const labelMatches = mapping(() => ({
  label: name().describe("The label."),
  regex: name().describe("An RE2 expression, found anywhere in the value unless `^` and `$` say otherwise."),
}));

/** Which flows are meant, by their labels; one without any part means all. */
export const labelMatcher = mapping(() => ({
  match_labels: byName(text()).optional().describe("Labels the flow has to have, with exactly these values."),
  match_list: list(requirement).optional().describe("Requirements that all have to hold."),
  match_expressions: list(requirement)
    .optional()
    .describe("Deprecated name of `match_list`; counts only where that is left out or empty."),
  expression: expression.optional().describe("A condition that has to hold, of any depth."),
}));

/** Which flows a component applies to. */
export const selector = mapping(() => ({
  control_point: name().describe("The control point, exactly as the application names it."),
  agent_group: text()
    .optional()
    .describe(
      "Applies only to engines of this group; to all where it is left out. The reference's default is `aperture-cloud`.",
    ),
  service: text().default("any").describe("Applies only to flows of this service; `any` for all flows."),
  label_matcher: labelMatcher.optional().describe("Applies only to flows with these labels."),
}));

export const selectors = someOf(selector).describe(
  "Which flows the component applies to: those that one of these means.",
);

export type Requirement = z.output<typeof requirement>;
export type LabelMatcher = z.output<typeof labelMatcher>;
export type Selector = z.output<typeof selector>;
