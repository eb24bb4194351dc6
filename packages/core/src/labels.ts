import type { Labels } from "./contract/check.ts";

/** Numbers and booleans become strings, null and undefined are left out, anything else is left out with one warning. */
export type LabelValues = Readonly<Record<string, LabelValue>>;
/** What may be given as the value of a label. */
export type LabelValue = string | number | boolean | bigint | null | undefined;

/** One record, or several in order of precedence: the first that names a label decides its value. */
export type LabelSources = LabelValues | readonly LabelValues[];

/**
 * Bounds of what one flow may carry: a label is paid for on every check, and its text often comes from outside. Count and
 * total bind the sources between the first and the last. Those two, the flow's own labels and the client's, are the
 * application's: a limiter whose key, or a policy whose selector, was crowded out would let the flow pass.
 */
export interface LabelLimits {
  /** Most labels from outside; further ones are left out. 64 by default. */
  readonly count: number;
  /** Longest name, in characters; a longer one is left out. 128 by default. */
  readonly nameLength: number;
  /** Longest value, in characters; a longer one is cut. 1024 by default. */
  readonly valueLength: number;
  /**
   * Most characters of names and values from outside together. By default as many as the longest labels of that count
   * have: whoever sends one header must not be able to crowd out the label of another, which a proxy may have set.
   */
  readonly totalLength: number;
}

export const DEFAULT_LABEL_LIMITS: LabelLimits = {
  count: 64,
  nameLength: 128,
  valueLength: 1024,
  totalLength: 64 * (128 + 1024),
};

/** Called with what was wrong and the label's name, never its value. */
export type LabelComplaint = (problem: string, name: string) => void;

/**
 * An object without a prototype that keeps V8's fast properties, which `Object.create(null)` does not: `constructor` and
 * `__proto__` are ordinary names in it. The cast is TypeScript's only way to give a function a construct signature.
 */
const Bag = function () {} as unknown as new () => Record<string, string>;
Bag.prototype = Object.freeze(Object.create(null));

/** No labels: sources that are this very object cost nothing. */
export const NO_LABELS: LabelValues = Object.freeze({});

/** What one client does about labels that are too many, too long or no texts. */
export interface LabelRules {
  readonly limits: LabelLimits;
  readonly complain: LabelComplaint;
}

/** The labels of one flow: its own sources, and below them those that all flows of a client share. */
export function flowLabels(own: LabelSources | undefined, shared: LabelValues, rules: LabelRules): Labels {
  if (own !== undefined && isList(own)) return mergeLabels([...own, shared], rules);
  const labels = new Bag();
  addLabels(labels, own, rules, undefined);
  if (shared !== NO_LABELS) addLabels(labels, shared, rules, undefined);
  return labels;
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(sources: LabelSources): sources is readonly LabelValues[] {
  return Array.isArray(sources);
}

/** Several sources in order of precedence; all between the first and the last are from outside. */
export function mergeLabels(sources: readonly LabelValues[], rules: LabelRules): Labels {
  const labels = new Bag();
  const room = { count: rules.limits.count, length: rules.limits.totalLength };
  const last = sources.length - 1;
  for (let index = 0; index <= last; index += 1) {
    addLabels(labels, sources[index], rules, index === 0 || index === last ? undefined : room);
  }
  return labels;
}

/** What sources from outside may still add. */
interface Room {
  count: number;
  length: number;
}

function addLabels(
  labels: Record<string, string>,
  source: LabelValues | undefined,
  rules: LabelRules,
  room: Room | undefined,
): void {
  // Nothing to add is no reason to leave a flow unchecked, also where JavaScript says it with null.
  if (source === undefined || source === null) return;
  // Object.keys and not for-in: nothing inherited can become a label.
  for (const name of Object.keys(source)) {
    const value = source[name];
    // Without a prototype, what the bag does not hold is undefined.
    if (value === undefined || value === null || labels[name] !== undefined) continue;
    const text = fitting(name, value, rules);
    if (text === undefined) continue;
    if (room !== undefined && !takeRoom(room, name.length + text.length)) {
      rules.complain("did not fit: the flow has too many or too long labels", name);
      return;
    }
    labels[name] = text;
  }
}

/** False where there is not enough. What is refused is taken too, so that no shorter label slips in after it. */
function takeRoom(room: Room, length: number): boolean {
  room.count -= 1;
  room.length -= length;
  return room.count >= 0 && room.length >= 0;
}

function fitting(name: string, value: unknown, rules: LabelRules): string | undefined {
  const text = typeof value === "string" ? value : textOf(value);
  const { limits } = rules;
  if (text !== undefined && name.length <= limits.nameLength && text.length <= limits.valueLength) return text;
  return refitted(name, text, rules);
}

function refitted(name: string, text: string | undefined, { limits, complain }: LabelRules): string | undefined {
  if (text === undefined) {
    complain("is neither text, number nor boolean and was left out", name);
    return undefined;
  }
  if (name.length > limits.nameLength) {
    complain(`has a name of more than ${limits.nameLength} characters and was left out`, name);
    return undefined;
  }
  complain(`has a value of more than ${limits.valueLength} characters and was cut`, name);
  return cut(text, limits.valueLength);
}

function textOf(value: unknown): string | undefined {
  const kind = typeof value;
  return kind === "number" || kind === "boolean" || kind === "bigint" ? String(value) : undefined;
}

/** Never ends in half a surrogate pair, which no UTF-8 encoder would take. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
