import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { policyJsonSchema } from "./policy-json-schema.ts";
import { blueprintTable, componentTable, statusCodeTable } from "./policy-overviews.ts";
import { fieldTable, type LinkOf } from "./policy-tables.ts";

const ROOT = join(import.meta.dirname, "../../..");
const SCHEMA = "packages/engine/schema/policy.json";
const TABLE = /<!-- table: (\S+) -->\n[\s\S]*?<!-- end of table -->/g;

/** Definitions that are described in one place, which all others refer to. */
const PLACES: Readonly<Record<string, string>> = {
  selector: "docs/policies.md#selectors",
  label_matcher: "docs/policies.md#label-matchers",
  expression: "docs/policies.md#label-matchers",
  rate_limiter_parameters: "docs/policies/rate-limiter.md#parameters",
  concurrency_limiter_parameters: "docs/policies/concurrency-limiter.md#parameters",
  scheduler: "docs/policies/quota-scheduler.md#scheduler",
  classifier: "docs/policies/classifiers.md#fields",
  component: "docs/policies/circuit.md#components",
  in_port: "docs/policies/circuit.md#ports",
  out_port: "docs/policies/circuit.md#ports",
  resources: "docs/policies/circuit.md#resources",
  policy: "docs/policies/circuit.md#the-policy",
  status_code: "docs/policies/circuit.md#http-statuses",
};

/** The texts of all files that are made, wholly or in part, of the schemas of policies; by path from the root. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const schema = policyJsonSchema();
  const tableOf = (name: string, linkOf: LinkOf) => {
    if (name === "blueprints") return blueprintTable();
    if (name === "components") return componentTable(schema.definitions ?? {});
    if (name === "status_codes") return statusCodeTable();
    return fieldTable(name, schema.definitions ?? {}, linkOf);
  };
  const pages = [
    "docs/policies.md",
    ...readdirSync(join(ROOT, "docs/policies")).map((name) => `docs/policies/${name}`),
  ];
  return new Map([
    [SCHEMA, formattedJson(JSON.stringify(schema))],
    ...pages.map((page): [string, string] => [page, withTables(page, tableOf)]),
  ]);
}

function withTables(page: string, tableOf: (name: string, linkOf: LinkOf) => string): string {
  const linkOf = (definition: string) => {
    const [path = "", anchor] = PLACES[definition]?.split("#") ?? [];
    if (path === "") return undefined;
    const file = path === page ? "" : posix.relative(dirname(page), path);
    return anchor === undefined ? file : `${file}#${anchor}`;
  };
  return readFileSync(join(ROOT, page), "utf8").replace(TABLE, (_all, name: string) => {
    return `<!-- table: ${name} -->\n${tableOf(name, linkOf)}\n<!-- end of table -->`;
  });
}

function formattedJson(text: string): string {
  const biome = ["biome", "check", "--write", "--stdin-file-path", SCHEMA];
  return execFileSync("npx", biome, { input: text, encoding: "utf8", cwd: ROOT });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generatedFiles()) writeFileSync(join(ROOT, path), text);
}
