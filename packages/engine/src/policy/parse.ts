import { createHash } from "node:crypto";
import { nearestName } from "@aperture-flow/core";
import type { z } from "zod";
import { BLUEPRINTS, type Expansion } from "./blueprints.ts";
import { explain } from "./explain.ts";
import { compilePatterns } from "./patterns.ts";
import type { Policy } from "./policy.ts";
import { type Path, type PolicyDocument, valueAt } from "./policy-document.ts";
import { type PolicyProblem, problemAt } from "./policy-problem.ts";
import { type PolicySpec, policyResource, policySpec } from "./schema.ts";
import { BLUEPRINT_VALUES } from "./schema-blueprints.ts";
import { validate } from "./validate.ts";

/** A policy, or all that keeps a document from being one. */
export type Parsed = { readonly policy: Policy } | { readonly problems: readonly PolicyProblem[] };

/** What the three kinds of documents have in common. */
interface Draft {
  readonly name: string;
  readonly spec: PolicySpec;
  readonly dynamicConfig?: Readonly<Record<string, unknown>> | undefined;
  /** Where in the document a part of the spec stands. */
  readonly origin: (path: Path) => Path;
}

/** Reads a values file of a blueprint, a `kind: Policy` resource, or a policy without an envelope. */
export async function parsePolicy(document: PolicyDocument): Promise<Parsed> {
  const { content } = document;
  const has = (...keys: string[]) => keys.some((key) => valueAt(content, [key]) !== undefined);
  if (has("blueprint")) return parseValues(document);
  if (has("kind", "apiVersion", "metadata", "spec")) return parseResource(document);
  if (has("circuit", "resources")) return parseBare(document);
  const missing = has("policy")
    ? "a values file needs a `blueprint`"
    : "expected a policy: with `blueprint`, `kind: Policy`, `circuit` or `resources`";
  return { problems: [problemAt(document, [], missing)] };
}

async function parseBare(document: PolicyDocument): Promise<Parsed> {
  const spec = checked(policySpec, document.content, document);
  if ("problems" in spec) return spec;
  if (document.defaultName !== undefined)
    return finish({ name: document.defaultName, spec: spec.value, origin: (path) => path }, document);
  const text =
    "a policy without `metadata` is called after its file, and this one has none: use `kind: Policy` with `metadata.name`";
  return { problems: [problemAt(document, [], text)] };
}

async function parseResource(document: PolicyDocument): Promise<Parsed> {
  const resource = checked(policyResource, document.content, document);
  if ("problems" in resource) return resource;
  const { metadata, spec, dynamicConfig } = resource.value;
  return finish({ name: metadata.name, spec, dynamicConfig, origin: (path) => ["spec", ...path] }, document);
}

async function parseValues(document: PolicyDocument): Promise<Parsed> {
  const blueprint = valueAt(document.content, ["blueprint"]);
  const schema =
    typeof blueprint === "string" && Object.hasOwn(BLUEPRINT_VALUES, blueprint)
      ? BLUEPRINT_VALUES[blueprint]
      : undefined;
  if (schema === undefined || typeof blueprint !== "string")
    return { problems: [problemAt(document, ["blueprint"], unknownBlueprint(blueprint))] };
  const values = checked(schema, document.content, document);
  const expand = BLUEPRINTS[blueprint];
  const unsupported = problemAt(document, ["blueprint"], `blueprint \`${blueprint}\` is not supported yet`);
  if (expand === undefined) return { problems: [unsupported, ...("problems" in values ? values.problems : [])] };
  if ("problems" in values) return values;
  const expansion = expand(valueAt(document.content, ["policy"]) as Readonly<Record<string, unknown>>);
  const origin = (path: Path) => originOf(expansion, path);
  const made: PolicyDocument = {
    ...document,
    content: expansion.spec,
    positionOf: (path) => document.positionOf(origin(path)),
  };
  const spec = checked(policySpec, expansion.spec, made);
  if ("problems" in spec) return spec;
  return finish(
    { name: String(valueAt(document.content, ["policy", "policy_name"])), spec: spec.value, origin },
    document,
  );
}

function unknownBlueprint(blueprint: unknown): string {
  const names = Object.keys(BLUEPRINT_VALUES);
  const nearest = typeof blueprint === "string" ? nearestName(blueprint, names) : undefined;
  if (nearest !== undefined) return `unknown blueprint \`${blueprint}\`; did you mean \`${nearest}\`?`;
  return `unknown blueprint ${JSON.stringify(blueprint)}; there are ${names.join(", ")}`;
}

/** In the values file, where the part of the spec comes from; as near to it as is known. */
function originOf({ origins }: Expansion, path: Path): Path {
  const fitting = origins.filter(({ made }) => made.every((step, index) => step === path[index]));
  const nearest = fitting.reduce((best, each) => (each.made.length > best.made.length ? each : best));
  return [...nearest.from, ...path.slice(nearest.made.length)];
}

type Checked<Value> = { readonly value: Value } | { readonly problems: readonly PolicyProblem[] };

function checked<Value>(schema: z.ZodType<Value>, content: unknown, document: PolicyDocument): Checked<Value> {
  // Without code generation: it is refused under a strict content security policy, and compiles for longer than it saves.
  const result = schema.safeParse(content, { jitless: true });
  return result.success ? { value: result.data } : { problems: explain(result.error, schema, document) };
}

async function finish({ name, spec, dynamicConfig = {}, origin }: Draft, document: PolicyDocument): Promise<Parsed> {
  const problem = (path: Path, text: string) => problemAt(document, origin(path), text);
  const problems: PolicyProblem[] = [];
  const complain = (path: Path, text: string) => void problems.push(problem(path, text));
  validate(spec, complain);
  const patterns = await compilePatterns(spec, complain);
  if (problems.length > 0) return { problems };
  return { policy: Object.freeze({ name, hash: hashOf(spec), spec, dynamicConfig, patterns, problem }) };
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
