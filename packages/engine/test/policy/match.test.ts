import type { Labels } from "@aperture-flow/core";
import { expect } from "chai";
import { compilePolicies } from "../../src/policy/compile.ts";
import { buildContext, limiterPolicy } from "./policies.ts";

/** Whether a flow is meant by a selector with this matcher. */
async function matcherOf(label_matcher: object): Promise<(labels: Labels) => boolean> {
  const policy = limiterPolicy("p", [{ control_point: "cp", label_matcher }]);
  const snapshot = await compilePolicies(policy, buildContext());
  return (labels) => snapshot.match("cp", labels, []).length > 0;
}

interface Row {
  readonly what: string;
  readonly matcher: object;
  readonly yes: readonly Labels[];
  readonly no: readonly Labels[];
}

const list = (...match_list: object[]) => ({ match_list });
const regex = (text: string) => ({ expression: { label_matches: { label: "k", regex: text } } });

const ROWS: readonly Row[] = [
  { what: "an empty matcher", matcher: {}, yes: [{}, { a: "1" }], no: [] },
  { what: "parts that ask for nothing", matcher: { match_labels: {}, match_list: [] }, yes: [{}], no: [] },
  {
    what: "match_labels",
    matcher: { match_labels: { env: "prod" } },
    yes: [{ env: "prod", x: "y" }],
    no: [{}, { env: "" }, { env: "PROD" }],
  },
  {
    what: "In",
    matcher: list({ key: "k", operator: "In", values: ["a", "b"] }),
    yes: [{ k: "a" }, { k: "b" }],
    no: [{}, { k: "aa" }, { k: "" }, { k: "A" }],
  },
  {
    what: "In with characters that expressions would read",
    matcher: list({ key: "k", operator: "In", values: ["a.b", "(", "c|d"] }),
    yes: [{ k: "a.b" }, { k: "(" }, { k: "c|d" }],
    no: [{ k: "axb" }, { k: "c" }],
  },
  {
    what: "NotIn",
    matcher: list({ key: "k", operator: "NotIn", values: ["a"] }),
    yes: [{}, { k: "b" }, { k: "" }],
    no: [{ k: "a" }],
  },
  {
    what: "Exists, whatever its values",
    matcher: list({ key: "k", operator: "Exists", values: ["ignored"] }),
    yes: [{ k: "" }],
    no: [{}],
  },
  { what: "DoesNotExist", matcher: list({ key: "k", operator: "DoesNotExist" }), yes: [{}], no: [{ k: "" }] },
  {
    what: "all parts together",
    matcher: { match_labels: { a: "1" }, ...list({ key: "b", operator: "NotIn", values: ["x"] }) },
    yes: [{ a: "1" }, { a: "1", b: "y" }],
    no: [{ a: "1", b: "x" }, { b: "y" }],
  },
  {
    what: "match_expressions by itself",
    matcher: { match_expressions: [{ key: "k", operator: "Exists" }] },
    yes: [{ k: "" }],
    no: [{}],
  },
  {
    what: "match_list, and not the match_expressions beside it",
    matcher: {
      ...list({ key: "k", operator: "Exists" }),
      match_expressions: [{ key: "k", operator: "DoesNotExist" }],
    },
    yes: [{ k: "" }],
    no: [{}],
  },
  { what: "all of nothing", matcher: { expression: { all: { of: [] } } }, yes: [{}], no: [] },
  { what: "any of nothing", matcher: { expression: { any: { of: [] } } }, yes: [], no: [{}] },
  {
    what: "not",
    matcher: { expression: { not: { label_exists: "internal" } } },
    yes: [{}],
    no: [{ internal: "" }],
  },
  {
    what: "label_equals",
    matcher: { expression: { label_equals: { label: "tier", value: "gold" } } },
    yes: [{ tier: "gold" }],
    no: [{}, { tier: "Gold" }],
  },
  {
    what: "label_equals with the empty value",
    matcher: { expression: { label_equals: { label: "tier", value: "" } } },
    yes: [{ tier: "" }],
    no: [{}],
  },
  {
    what: "a tree",
    matcher: {
      expression: {
        any: { of: [{ label_exists: "a" }, { all: { of: [{ label_exists: "b" }, { not: { label_exists: "c" } }] } }] },
      },
    },
    yes: [{ a: "" }, { b: "" }, { a: "", c: "" }],
    no: [{}, { b: "", c: "" }, { c: "" }],
  },
  {
    what: "an expression found anywhere",
    matcher: regex("oo"),
    yes: [{ k: "foobar" }, { k: "oo" }],
    no: [{}, { k: "o" }],
  },
  { what: "an expression with ^", matcher: regex("^/api"), yes: [{ k: "/api/v1" }], no: [{ k: "x/api" }] },
  {
    what: "an expression with $, which is the end of the text",
    matcher: regex("a$"),
    yes: [{ k: "ba" }],
    no: [{ k: "a\n" }],
  },
  { what: "an expression with a flag", matcher: regex("(?i)gold"), yes: [{ k: "GOLD" }], no: [{ k: "silver" }] },
  { what: "a class of RE2", matcher: regex("^[[:alpha:]]+\\z"), yes: [{ k: "abc" }], no: [{ k: "ab1" }] },
  { what: "quoted characters", matcher: regex("\\Qa.b\\E"), yes: [{ k: "a.b" }], no: [{ k: "axb" }] },
  { what: "letters beyond ASCII", matcher: regex("^\\p{Greek}+$"), yes: [{ k: "λόγος" }], no: [{ k: "logos" }] },
  {
    what: "labels that objects have by themselves",
    matcher: list({ key: "constructor", operator: "DoesNotExist" }, { key: "__proto__", operator: "DoesNotExist" }),
    yes: [{}, { toString: "a" }],
    no: [{ constructor: "a" }, JSON.parse('{"__proto__": "a"}')],
  },
  {
    what: "a value of a label that objects have by themselves",
    matcher: { match_labels: { constructor: "a" }, expression: { label_exists: "toString" } },
    yes: [{ constructor: "a", toString: "" }],
    no: [{}, { constructor: "a" }],
  },
];

describe("label matchers", () => {
  for (const { what, matcher, yes, no } of ROWS) {
    it(`match ${what}`, async () => {
      const matches = await matcherOf(matcher);
      expect(yes.map(matches)).to.deep.equal(yes.map(() => true));
      expect(no.map(matches)).to.deep.equal(no.map(() => false));
    });
  }

  it("take linear time for an expression that backtracking would not end on", async () => {
    const matches = await matcherOf(regex("^(a+)+$"));
    expect(matches({ k: `${"a".repeat(20_000)}!` })).to.equal(false);
  });
});
