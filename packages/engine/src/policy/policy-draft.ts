import { createHash } from "node:crypto";
import type * as z from "zod";
import { explain } from "./explain.ts";
import { compilePatterns } from "./patterns.ts";
import type { Policy } from "./policy.ts";
import type { Path, PolicyDocument } from "./policy-document.ts";
import { type PolicyProblem, problemAt } from "./policy-problem.ts";
import type { PolicySpec } from "./schema.ts";
import { validate } from "./validate.ts";

/** A policy, or all that keeps a document from being one. */
export type Parsed = { readonly policy: Policy; readonly problems?: undefined } | Refused;

export interface Refused {
  readonly problems: readonly PolicyProblem[];
  /** One that contradicts itself, but can be searched for other mistakes. */
  readonly policy?: Policy | undefined;
}

/** What the kinds of documents have in common, once their schemas hold. */
export interface Draft {
  readonly name: string;
  readonly spec: PolicySpec;
  readonly dynamicConfig?: Readonly<Record<string, unknown>> | undefined;
  /** Where in the document a part of the spec stands. */
  readonly origin: (path: Path) => Path;
}

/** The content of a document, as its schema understands it. */
export function checked<Value>(
  schema: z.ZodType<Value>,
  document: PolicyDocument,
): { readonly value: Value } | Refused {
  // Without generated code, which some programs forbid and which takes longer to make than it saves here.
  const result = schema.safeParse(document.content, { jitless: true });
  return result.success ? { value: result.data } : { problems: explain(result.error, schema, document) };
}

/** A policy of a draft, unless it contradicts itself. */
export async function policyOf(draft: Draft, document: PolicyDocument): Promise<Parsed> {
  const { name, spec, dynamicConfig = {}, origin } = draft;
  const problem = (path: Path, text: string) => problemAt(document, origin(path), text);
  const problems: PolicyProblem[] = [];
  const complain = (path: Path, text: string) => void problems.push(problem(path, text));
  validate(spec, complain);
  const patterns = await compilePatterns(spec, complain);
  const policy = Object.freeze({ name, hash: hashOf(spec), spec, dynamicConfig, patterns, problem });
  return problems.length > 0 ? { problems, policy } : { policy };
}

const HASH_DIGITS = 32;

/** The first 16 bytes of SHA-256, as in the reference, of the spec with its keys in order. */
function hashOf(spec: PolicySpec): string {
  return createHash("sha256").update(JSON.stringify(spec, inOrder)).digest("hex").slice(0, HASH_DIGITS);
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
