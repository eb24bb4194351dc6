import { BLUEPRINTS } from "../src/policy/blueprints.ts";
import { hasBuilder } from "../src/policy/builders.ts";
import { PASSIVE_COMPONENTS } from "../src/policy/compile.ts";
import { valueAt } from "../src/policy/policy-document.ts";
import { BLUEPRINT_VALUES } from "../src/policy/schema-blueprints.ts";
import { STATUS_CODES } from "../src/policy/status-codes.ts";
import type { JsonSchema } from "./policy-json-schema.ts";

const YES = "yes";
const NO = "not yet";

/** All blueprints, and which of them do something. */
export function blueprintTable(): string {
  const rows = Object.keys(BLUEPRINT_VALUES).map((name) => [`\`${name}\``, isEvaluated(name) ? YES : NO]);
  return table(["blueprint", "evaluated"], rows);
}

/** A blueprint does as much as the limiter it makes, which comes first in its circuit. */
function isEvaluated(blueprint: string): boolean {
  const limiter = valueAt(BLUEPRINTS[blueprint]?.({}).spec, ["circuit", "components", 0, "flow_control"]) ?? {};
  return Object.keys(limiter).some(hasBuilder);
}

/** All components, and which of them do something. */
export function componentTable(definitions: Readonly<Record<string, JsonSchema>>): string {
  const all = Object.entries(definitions["component"]?.properties ?? {}).flatMap(([name, schema]) =>
    GROUPS.includes(name) ? innerRows(name, schema) : [row(name, name, schema)],
  );
  return table(["component", "evaluated", "meaning"], all);
}

/** Keys of a component under which there is another key, its name. */
const GROUPS: readonly string[] = ["flow_control", "auto_scale"];

function innerRows(group: string, { properties = {} }: JsonSchema) {
  return Object.entries(properties).map(([name, schema]) => row(`${group}.${name}`, name, schema));
}

function row(path: string, name: string, { description = "" }: JsonSchema) {
  return [`\`${path}\``, hasBuilder(name) ? YES : (PASSIVE_COMPONENTS[name] ?? NO), description];
}

/** The names of statuses, by their numbers. */
export function statusCodeTable(): string {
  const rows = Object.entries(STATUS_CODES).map(([name, code]) => [`\`${name}\``, code === 0 ? "" : String(code)]);
  return table(["name", "status"], rows);
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = rows.map((cells) => `| ${cells.join(" | ")} |`);
  return [`| ${headings.join(" | ")} |`, `|${"---|".repeat(headings.length)}`, ...lines].join("\n");
}
