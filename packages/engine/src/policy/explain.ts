import * as z from "zod";
import { nearestKey } from "./nearest-key.ts";
import { type Path, type PolicyDocument, valueAt } from "./policy-document.ts";
import { type PolicyProblem, problemAt } from "./policy-problem.ts";

/** What a schema found wrong with a document. */
export function explain(error: z.ZodError, schema: z.ZodType, document: PolicyDocument): readonly PolicyProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "unrecognized_keys") {
      const place = schemaAt(schema, path);
      return issue.keys.map((key) => problemAt(document, [...path, key], unknownKey(key, place)));
    }
    return [problemAt(document, path, withFound(issue.message, valueAt(document.content, path)))];
  });
}

function unknownKey(key: string, place: unknown): string {
  const nearest = nearestKey(key, keysOf(place));
  return nearest === undefined ? "unknown key" : `unknown key; did you mean \`${nearest}\`?`;
}

function withFound(message: string, found: unknown): string {
  return message.startsWith("expected") ? `${message}, got ${shown(found)}` : message;
}

const LONGEST_SHOWN = 40;

function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** Those that may stand here, and as `key.inner` those one level below: a key may be misspelt, or in the wrong place. */
function keysOf(schema: unknown): readonly string[] {
  const own = shapeOf(schema);
  const inner = Object.entries(own).flatMap(([key, value]) =>
    Object.keys(shapeOf(unwrapped(value))).map((innerKey) => `${key}.${innerKey}`),
  );
  return [...Object.keys(own), ...inner];
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}

/** The schema of what stands at the end of a path; it looks through whatever only wraps another schema. */
function schemaAt(schema: unknown, path: Path): unknown {
  let found = unwrapped(schema);
  for (const step of path) {
    if (found instanceof z.ZodObject) found = unwrapped(found.shape[step]);
    else if (found instanceof z.ZodArray) found = unwrapped(found.element);
    else if (found instanceof z.ZodRecord) found = unwrapped(found.valueType);
    else return undefined;
  }
  return found;
}

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodLazy
  ) {
    inner = inner.unwrap();
  }
  return inner;
}
