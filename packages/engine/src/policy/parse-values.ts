import { nearestName } from "@aperture-flow/core";
import { BLUEPRINTS, type BlueprintValues, type Expansion } from "./blueprints.ts";
import { type Path, type PolicyDocument, valueAt } from "./policy-document.ts";
import { checked, type Parsed, policyOf } from "./policy-draft.ts";
import { problemAt } from "./policy-problem.ts";
import { policySpec } from "./schema.ts";
import { BLUEPRINT_VALUES } from "./schema-blueprints.ts";

/** A policy of the values for a blueprint. */
export async function parseValues(document: PolicyDocument): Promise<Parsed> {
  const blueprint = valueAt(document.content, ["blueprint"]);
  const schema = own(BLUEPRINT_VALUES, blueprint);
  if (schema === undefined) return { problems: [problemAt(document, ["blueprint"], unknownBlueprint(blueprint))] };
  const values = checked(schema, document);
  const expand = own(BLUEPRINTS, blueprint);
  if (expand === undefined) {
    const unsupported = problemAt(document, ["blueprint"], `blueprint \`${blueprint}\` is not supported yet`);
    return { problems: [unsupported, ...("problems" in values ? values.problems : [])] };
  }
  // What the schema made of the values is not used: the policy is checked as if somebody had written it.
  return "problems" in values ? values : parseExpansion(expand(policyValues(document)), document);
}

async function parseExpansion(expansion: Expansion, document: PolicyDocument): Promise<Parsed> {
  const origin = (path: Path) => originOf(expansion, path);
  const positionOf = (path: Path) => document.positionOf(origin(path));
  const spec = checked(policySpec, { ...document, content: expansion.spec, positionOf });
  if ("problems" in spec) return spec;
  return policyOf({ name: String(policyValues(document)["policy_name"]), spec: spec.value, origin }, document);
}

function policyValues({ content }: PolicyDocument): BlueprintValues {
  return valueAt(content, ["policy"]) as BlueprintValues;
}

function own<Value>(table: Readonly<Record<string, Value>>, key: unknown): Value | undefined {
  return typeof key === "string" && Object.hasOwn(table, key) ? table[key] : undefined;
}

function unknownBlueprint(blueprint: unknown): string {
  const names = Object.keys(BLUEPRINT_VALUES);
  const nearest = typeof blueprint === "string" ? nearestName(blueprint, names) : undefined;
  if (nearest !== undefined) return `unknown blueprint \`${blueprint}\`; did you mean \`${nearest}\`?`;
  return `unknown blueprint ${JSON.stringify(blueprint)}; there are ${names.join(", ")}`;
}

/** Where in the values file a part of the expansion comes from; as near to it as is known. */
function originOf({ origins }: Expansion, path: Path): Path {
  const fitting = origins.filter(({ made }) => made.every((step, index) => step === path[index]));
  const nearest = fitting.reduce((best, each) => (each.made.length > best.made.length ? each : best));
  return [...nearest.from, ...path.slice(nearest.made.length)];
}
