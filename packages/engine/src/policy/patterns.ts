import type { Complain } from "./plain-data.ts";
import type { Pattern, Patterns } from "./policy.ts";
import type { Path } from "./policy-document.ts";

const LONGEST_PATTERN = 1024;

interface PatternUse {
  readonly regex: string;
  readonly path: Path;
}

/**
 * Compiles the regular expressions of a policy. They are RE2's, as in the reference: linear time whatever the label says,
 * and so without backreferences and without looking ahead or behind.
 */
export async function compilePatterns(spec: unknown, complain: Complain): Promise<Patterns> {
  const uses = patternsIn(spec, []);
  const patterns = new Map<string, Pattern>();
  if (uses.length === 0) return patterns;
  // Loaded here: few policies have one.
  const { RE2JS } = await import("re2js");
  for (const { regex, path } of uses) {
    if (patterns.has(regex)) continue;
    if (regex.length > LONGEST_PATTERN) {
      complain(path, `expression longer than ${LONGEST_PATTERN} characters`);
      continue;
    }
    try {
      patterns.set(regex, RE2JS.compile(regex));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      complain(path, `not an RE2 expression: ${message.replace("error parsing regexp: ", "")}`);
    }
  }
  return patterns;
}

/** Of selectors, workloads and wherever else there are label matchers. */
function patternsIn(value: unknown, path: Path): readonly PatternUse[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const innerPath = [...path, Array.isArray(value) ? Number(key) : key];
    const regex: unknown =
      key === "label_matches" && typeof inner === "object" && inner !== null ? inner.regex : undefined;
    return typeof regex === "string" ? [{ regex, path: [...innerPath, "regex"] }] : patternsIn(inner, innerPath);
  });
}
