import type { Path } from "./policy-document.ts";
import type { PolicyProblem } from "./policy-problem.ts";
import type { PolicySpec } from "./schema.ts";

/** A policy that is well-formed, with the defaults of the language filled in. */
export interface Policy {
  readonly name: string;
  /** Changes with anything that the policy says, but not with how it is written. State is kept by it. */
  readonly hash: string;
  readonly spec: PolicySpec;
  /** What the resource gives for the `_config_key`s of its components. */
  readonly dynamicConfig: Readonly<Record<string, unknown>>;
  /** The regular expressions in it, compiled, by their text. */
  readonly patterns: Patterns;
  /** What is wrong with a part of the spec, told in terms of what the author wrote. */
  readonly problem: (path: Path, text: string) => PolicyProblem;
}

export type Patterns = ReadonlyMap<string, Pattern>;

/** A regular expression that is found anywhere in a text, in time linear in its length. */
export interface Pattern {
  test(text: string): boolean;
}
