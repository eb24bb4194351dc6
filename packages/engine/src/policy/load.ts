import { parsePolicy } from "./parse.ts";
import type { Policy } from "./policy.ts";
import { fromTopToBottom, type PolicyProblem, policyError } from "./policy-problem.ts";
import { type PolicySource, readDocuments } from "./read.ts";

/**
 * Reads and checks policies, in the order in which they are given; files of a directory by name.
 *
 * Fails with `APERTURE_POLICY_INVALID`, whose message has a line for everything that is wrong in any of them.
 */
export async function loadPolicies(source: PolicySource): Promise<readonly Policy[]> {
  const { documents, problems } = await readDocuments(source);
  const found: PolicyProblem[] = [...problems];
  const policies: Policy[] = [];
  const names = new Set<string>();
  for (const document of documents) {
    const parsed = await parsePolicy(document);
    if ("problems" in parsed) {
      found.push(...fromTopToBottom(parsed.problems));
      continue;
    }
    const { policy } = parsed;
    if (names.has(policy.name)) found.push(policy.problem([], `there is another policy called \`${policy.name}\``));
    names.add(policy.name);
    policies.push(policy);
  }
  if (found.length > 0) throw policyError(found);
  return policies;
}
