import * as z from "zod";
import { DURATION, durationMs } from "./duration.ts";
import { STATUS_CODES } from "./status-codes.ts";

/*
 * The kinds of values that the policy language is made of. A message that starts with "expected" is completed with what
 * was found, see explain.ts.
 */

/**
 * Keys that are not in the shape are mistakes: a misspelt one that nobody reads would mean traffic without a limit.
 *
 * The shape is made when the first such mapping is read. Most policies have few of the parts of the language, and making
 * the schemas of all of them took longer than anything else that an engine does at its start.
 */
export function mapping<Shape extends z.ZodRawShape>(shapeOf: () => Shape) {
  let made: Shape | undefined;
  return new z.ZodObject({
    type: "object",
    get shape() {
      made ??= shapeOf();
      return made;
    },
    catchall: NO_OTHERS,
    error: () => "expected a mapping",
  }) as z.ZodObject<Shape, z.core.$strict>;
}

const NO_OTHERS = z.never();

/** A mapping of which exactly one key is used. */
export function oneKeyOf<Shape extends z.ZodRawShape>(what: string, shapeOf: () => Shape) {
  return mapping(shapeOf)
    .refine((value) => Object.keys(value).length === 1, {
      error: ({ input }) => `needs exactly one ${what}, has ${keysOf(input).join(" and ") || "none"}`,
      when: ({ issues }) => issues.length === 0,
    })
    .meta(ONE_KEY);
}

/** For editors, which do not know of the refinement. */
const ONE_KEY = { minProperties: 1, maxProperties: 1 };

function keysOf(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.keys(value).map((key) => `\`${key}\``) : [];
}

export function text() {
  return z.string({ error: ({ input }) => `expected a text${isUnquoted(input) ? " in quotes" : ""}` });
}

/** YAML makes numbers and booleans of texts that look like them. */
function isUnquoted(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean";
}

/** A text that says something: the language treats an empty one as absent. */
export function name() {
  const empty = "expected a text that is not empty";
  const error = ({ input }: { readonly input?: unknown }) => (isUnquoted(input) ? "expected a text in quotes" : empty);
  return z.string({ error }).min(1, { error: empty });
}

export function flag() {
  return z.boolean({ error: "expected true or false" });
}

/** All that a number may have to be besides finite. */
interface Bounds {
  readonly gt?: number;
  readonly gte?: number;
  readonly lte?: number;
  readonly not?: number;
}

export function number(bounds: Bounds = {}) {
  const error = expectedNumber(bounds);
  let schema = z.number({ error });
  if (bounds.gt !== undefined) schema = schema.gt(bounds.gt, { error });
  if (bounds.gte !== undefined) schema = schema.gte(bounds.gte, { error });
  if (bounds.lte !== undefined) schema = schema.lte(bounds.lte, { error });
  return bounds.not === undefined ? schema : schema.refine((value) => value !== bounds.not, { error });
}

function expectedNumber({ gt, gte, lte, not }: Bounds): string {
  const words: string[] = [];
  if (gt !== undefined) words.push(`> ${gt}`);
  if (gte !== undefined) words.push(`>= ${gte}`);
  if (lte !== undefined) words.push(`<= ${lte}`);
  if (not !== undefined) words.push(`other than ${not}`);
  return `expected a number ${words.join(" and ")}`.trimEnd();
}

export function integer(bounds: { gte: number }) {
  const error = `expected a whole number >= ${bounds.gte}`;
  return z.int({ error }).gte(bounds.gte, { error });
}

/** 64-bit numbers are texts in generated values files, and either in policies. */
export function bigCount(bounds: { gte: number }) {
  const error = `expected a whole number >= ${bounds.gte}`;
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

const statusError = "expected the name of an HTTP status such as `TooManyRequests`, or its number";
const statusByName = z.enum(Object.keys(STATUS_CODES) as [string, ...string[]]).transform((key) => STATUS_CODES[key]);

/** Becomes the number; `undefined` for `Empty`, which stands for the default of the component. */
export const statusCode = z
  .union([statusByName, z.literal(Object.values(STATUS_CODES))], { error: statusError })
  .transform((code) => (code === 0 ? undefined : code));

/** Data that belongs to somebody else and is kept as it is. */
export function anything() {
  return z.unknown();
}
