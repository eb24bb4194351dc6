import { DURATION } from "../src/policy/duration.ts";
import type { JsonSchema } from "./policy-json-schema.ts";

type Definitions = Readonly<Record<string, JsonSchema>>;

/** Where the table of a definition is, as a link; undefined where it is part of the table that refers to it. */
export type LinkOf = (definition: string) => string | undefined;

interface Row {
  readonly field: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** A Markdown table of all fields of one definition, in their order, those of mappings after the mapping. */
export function fieldTable(definition: string, definitions: Definitions, linkOf: LinkOf): string {
  const rows = rowsOf(definitions[definition] ?? {}, "", definitions, linkOf);
  const lines = rows.map(({ field, schema, isRequired }) => {
    const given = isRequired ? "required" : defaultText(schema);
    return `| \`${field}\` | ${typeText(schema, definitions, linkOf)} | ${given} | ${meaning(schema)} |`;
  });
  return ["| field | type | default | meaning |", "|---|---|---|---|", ...lines].join("\n");
}

function rowsOf(schema: JsonSchema, prefix: string, definitions: Definitions, linkOf: LinkOf): readonly Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const field = `${prefix}${key}`;
    const row = { field, schema: property, isRequired: schema.required?.includes(key) === true };
    return [row, ...innerRows(property, field, definitions, linkOf)];
  });
}

function innerRows(schema: JsonSchema, field: string, definitions: Definitions, linkOf: LinkOf): readonly Row[] {
  const name = referenceOf(schema);
  if (name !== undefined && linkOf(name) !== undefined) return [];
  const inner = name === undefined ? schema : (definitions[name] ?? {});
  const { items, additionalProperties: values } = inner;
  if (items !== undefined) return innerRows(items, `${field}[]`, definitions, linkOf);
  const own = rowsOf(inner, `${field}.`, definitions, linkOf);
  if (own.length > 0 || typeof values !== "object") return own;
  return innerRows(values, `${field}.<name>`, definitions, linkOf);
}

/** The definition that a schema refers to; draft 7 hides the reference where there is a description beside it. */
function referenceOf({ $ref, allOf }: JsonSchema): string | undefined {
  return ($ref ?? allOf?.[0]?.$ref)?.replace("#/definitions/", "");
}

function typeText(schema: JsonSchema, definitions: Definitions, linkOf: LinkOf): string {
  const name = referenceOf(schema);
  if (name !== undefined) {
    const link = linkOf(name);
    return link === undefined
      ? typeText(definitions[name] ?? {}, definitions, linkOf)
      : `[${name.replaceAll("_", " ")}](${link})`;
  }
  const { type, items, additionalProperties: values, properties } = schema;
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${each}\``).join(", ");
  if (schema.pattern === DURATION.source) return "duration";
  if (items !== undefined) return listText(typeText(items, definitions, linkOf));
  if (properties === undefined && typeof values === "object")
    return `mapping of name to ${typeText(values, definitions, linkOf)}`;
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeText(each, definitions, linkOf)).join(" or ");
  return TYPES[type ?? ""]?.(schema) ?? "anything";
}

function listText(items: string): string {
  return items.startsWith("[") || items === "mapping" ? `list of ${items}` : `list of ${items}s`;
}

const TYPES: Readonly<Record<string, (schema: JsonSchema) => string>> = {
  string: () => "text",
  boolean: () => "`true`, `false`",
  number: (schema) => `number${boundsText(schema)}`,
  integer: (schema) => `whole number${boundsText(schema)}`,
  object: () => "mapping",
};

function boundsText({ minimum, exclusiveMinimum, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): string {
  const bounds: string[] = [];
  if (exclusiveMinimum !== undefined) bounds.push(`> ${exclusiveMinimum}`);
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) bounds.push(`>= ${minimum}`);
  if (maximum < Number.MAX_SAFE_INTEGER) bounds.push(`<= ${maximum}`);
  return bounds.length === 0 ? "" : ` ${bounds.join(", ")}`;
}

function defaultText({ default: value }: JsonSchema): string {
  return value === undefined ? "" : `**\`${typeof value === "string" ? value : JSON.stringify(value)}\`**`;
}

function meaning({ description = "" }: JsonSchema): string {
  return description.replaceAll("|", "\\|");
}
