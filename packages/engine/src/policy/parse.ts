import { parseValues } from "./parse-values.ts";
import { type PolicyDocument, valueAt } from "./policy-document.ts";
import { checked, type Parsed, policyOf } from "./policy-draft.ts";
import { problemAt } from "./policy-problem.ts";
import { policyResource, policySpec } from "./schema.ts";

/** Reads a values file of a blueprint, a `kind: Policy` resource, or a policy without an envelope. */
export async function parsePolicy(document: PolicyDocument): Promise<Parsed> {
  const has = (...keys: string[]) => keys.some((key) => valueAt(document.content, [key]) !== undefined);
  if (has("blueprint")) return parseValues(document);
  if (has("kind", "apiVersion", "metadata", "spec")) return parseResource(document);
  if (has("circuit", "resources")) return parseBare(document);
  const unknown = "expected a policy: with `blueprint`, `kind: Policy`, `circuit` or `resources`";
  return { problems: [problemAt(document, [], has("policy") ? "a values file needs a `blueprint`" : unknown)] };
}

async function parseResource(document: PolicyDocument): Promise<Parsed> {
  const resource = checked(policyResource, document);
  if ("problems" in resource) return resource;
  const { metadata, spec, dynamicConfig } = resource.value;
  return policyOf({ name: metadata.name, spec, dynamicConfig, origin: (path) => ["spec", ...path] }, document);
}

async function parseBare(document: PolicyDocument): Promise<Parsed> {
  const spec = checked(policySpec, document);
  if ("problems" in spec) return spec;
  const { defaultName } = document;
  if (defaultName !== undefined)
    return policyOf({ name: defaultName, spec: spec.value, origin: (path) => path }, document);
  const text =
    "a policy without `metadata` is called after its file, and this one has none: use `kind: Policy` with `metadata.name`";
  return { problems: [problemAt(document, [], text)] };
}
