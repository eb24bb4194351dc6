import type { Labels } from "@aperture-flow/core";
import { labelValue } from "../label-value.ts";

/**
 * How many tokens a flow asks for: the number in the label `key`, and `otherwise` (1) where there is no such key or
 * label. A label that is no finite number from 0 counts as none and is reported: a negative number would fill the bucket,
 * and NaN empty it of meaning, for a value that the client may have chosen.
 */
export function flowTokens(
  labels: Labels,
  key: string | undefined,
  complain: (key: string) => void,
  otherwise = 1,
): number {
  if (key === undefined || key === "") return otherwise;
  const text = labelValue(labels, key);
  if (text === undefined) return otherwise;
  const tokens = numberFromText(text);
  if (tokens !== undefined) return tokens;
  complain(key);
  return otherwise;
}

/** Decimal, with exponent. Not Number(), which takes blanks for 0 and reads hexadecimal. */
const DECIMAL = /^\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Longer than any number needs to be. */
const MAX_LENGTH = 64;

/** The number that a label says; undefined for all that is no finite number from 0. */
export function numberFromText(text: string): number | undefined {
  if (text.length > MAX_LENGTH || !DECIMAL.test(text)) return undefined;
  const tokens = Number(text);
  return Number.isFinite(tokens) ? tokens : undefined;
}
