import { z } from "zod";
import { DURATION, durationMs } from "./duration.ts";
import { STATUS_CODES } from "./status-codes.ts";

/*
 * The kinds of values that the policy language is made of. A message that starts with "expected" is completed with what
 * was found, see explain.ts.
 */

/** Keys that are not in `shape` are mistakes: a misspelt one that nobody reads would mean traffic without a limit. */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, { error: "expected a mapping" });
}

/** A mapping of which exactly one key is used. */
export function oneKeyOf<Shape extends z.ZodRawShape>(what: string, shape: Shape) {
  return mapping(shape).refine((value) => Object.keys(value).length === 1, {
    error: ({ input }) => `needs exactly one ${what}, has ${keysOf(input).join(" and ") || "none"}`,
    when: ({ issues }) => issues.length === 0,
  });
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.keys(value).map((key) => `\`${key}\``) : [];
}

export function text() {
  return z.string({ error: "expected a text" });
}

/** A text that says something: the language treats an empty one as absent. */
export function name() {
  const error = "expected a text that is not empty";
  return z.string({ error }).min(1, { error });
}

export function flag() {
  return z.boolean({ error: "expected true or false" });
}

/** Finite; further bounds are put in words here and checked by what the caller chains. */
export function number(bounds: { gt?: number; gte?: number; lte?: number; not?: number } = {}) {
  const words = [
    bounds.gt === undefined ? "" : ` above ${bounds.gt}`,
    bounds.gte === undefined ? "" : ` from ${bounds.gte}`,
    bounds.lte === undefined ? "" : ` up to ${bounds.lte}`,
    bounds.not === undefined ? "" : ` other than ${bounds.not}`,
  ];
  const error = `expected a number${words.join("")}`;
  let schema = z.number({ error });
  if (bounds.gt !== undefined) schema = schema.gt(bounds.gt, { error });
  if (bounds.gte !== undefined) schema = schema.gte(bounds.gte, { error });
  if (bounds.lte !== undefined) schema = schema.lte(bounds.lte, { error });
  return bounds.not === undefined ? schema : schema.refine((value) => value !== bounds.not, { error });
}

export function integer(bounds: { gte: number }) {
  const error = `expected a whole number from ${bounds.gte}`;
  return z.int({ error }).gte(bounds.gte, { error });
}

/** 64-bit numbers are texts in generated values files, and either in policies. */
export function bigCount(bounds: { gte: number }) {
  const error = `expected a whole number from ${bounds.gte}`;
  const inText = z.string({ error }).regex(/^\d+$/, { error }).transform(Number);
  return z.union([z.number({ error }), inText], { error }).pipe(z.number({ error }).gte(bounds.gte, { error }));
}

/** Becomes milliseconds. */
export function duration() {
  const error = 'expected a duration such as "30s"';
  return z.string({ error }).regex(DURATION, { error }).transform(durationMs);
}

/** For times in which something has to happen. Becomes milliseconds. */
export function positiveDuration() {
  return duration().refine((ms) => ms > 0, { error: "expected a duration above 0" });
}

export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item, { error: "expected a list" });
}

export function someOf<Item extends z.ZodType>(item: Item) {
  const error = "expected a list with at least one element";
  return z.array(item, { error }).min(1, { error });
}

export function byName<Value extends z.ZodType>(value: Value) {
  return z.record(z.string(), value, { error: "expected a mapping" });
}

export function oneOf<const Names extends readonly [string, ...string[]]>(...names: Names) {
  return z.enum(names, { error: `expected one of ${names.map((each) => `\`${each}\``).join(", ")}` });
}

/** Becomes the number; `undefined` for `Empty`, which stands for the default of the component. */
export function statusCode() {
  const error = "expected the name of an HTTP status such as `TooManyRequests`, or its number";
  const known = Object.values(STATUS_CODES);
  const byItsName = z.enum(Object.keys(STATUS_CODES) as [string, ...string[]]).transform((key) => STATUS_CODES[key]);
  const byNumber = z.number().refine((code) => known.includes(code));
  return z.union([byItsName, byNumber], { error }).transform((code) => (code === 0 ? undefined : code));
}

/** Data that belongs to somebody else and is kept as it is. */
export function anything() {
  return z.unknown();
}
