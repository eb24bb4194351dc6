import { parsePolicy } from "./parse.ts";
import type { Policy } from "./policy.ts";
import { type PolicyProblem, policyError } from "./policy-problem.ts";
import { type PolicySource, readDocuments } from "./read.ts";

/** What was found in sources. Where there are problems, the policies are not all, and some of them are not sound. */
export interface FoundPolicies {
  readonly policies: readonly Policy[];
  readonly problems: readonly PolicyProblem[];
}

/** Reads and checks policies, in the order in which they are given; files of a directory by name. */
export async function findPolicies(source: PolicySource): Promise<FoundPolicies> {
  const { documents, problems } = await readDocuments(source);
  const found: PolicyProblem[] = [...problems];
  const policies: Policy[] = [];
  const names = new Set<string>();
  for (const document of documents) {
    const { policy, problems = [] } = await parsePolicy(document);
    found.push(...problems);
    if (policy === undefined) continue;
    if (names.has(policy.name)) found.push(policy.problem([], `there is another policy called \`${policy.name}\``));
    names.add(policy.name);
    policies.push(policy);
  }
  return { policies, problems: found };
}

/**
 * Policies that were found without a problem.
 *
 * Fails with `APERTURE_POLICY_INVALID`, whose message has a line for everything that is wrong in any of them.
 */
export async function loadPolicies(source: PolicySource): Promise<readonly Policy[]> {
  const { policies, problems } = await findPolicies(source);
  if (problems.length > 0) throw policyError(problems);
  return policies;
}
