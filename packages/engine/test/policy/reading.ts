import type { PolicyProblem } from "../../src/policy/policy-problem.ts";
import { policyError } from "../../src/policy/policy-problem.ts";
import { type PolicySource, readDocuments } from "../../src/policy/read.ts";

/** What was read, without the functions, so that it can be compared. */
export async function readAll(source: PolicySource) {
  const { documents, problems } = await readDocuments(source);
  return {
    documents: documents.map(({ origin, defaultName, content }) => ({ origin, defaultName, content })),
    problems,
  };
}

export function problemLines(problems: readonly PolicyProblem[]): readonly string[] {
  return policyError(problems).message.split("\n");
}
