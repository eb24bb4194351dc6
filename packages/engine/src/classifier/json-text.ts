import { Buffer } from "node:buffer";
import { type JsonPointer, pointedAt } from "./json-pointer.ts";

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a pointer points at in JSON. An integer that no number holds exactly is a text: ids differ in the last digit. */
export function jsonAt(text: string | undefined, pointer: JsonPointer): unknown {
  const value = pointedAt(jsonOf(text), pointer);
  if (text === undefined || !Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  return pointedAt(jsonOf(withLongIntegersAsTexts(text)), pointer);
}

/** Longer ones are Infinity to JSON.parse. */
const ESCAPE_QUOTE_OR_LONG_INTEGER = /(?:\\.){1,100}|"|(?<![\d.eE+-])-?\d{16,309}(?![\d.eE])/g;

/** Not one expression for whole texts: V8 keeps a place to come back to for each character, and runs out of them. */
function withLongIntegersAsTexts(json: string): string {
  let isInText = false;
  return json.replace(ESCAPE_QUOTE_OR_LONG_INTEGER, (part) => {
    if (part === '"') isInText = !isInText;
    return isInText || part === '"' || part.startsWith("\\") ? part : `"${part}"`;
  });
}

/**
 * What a JSON Web Token says, not whether it may: the signature is not checked, as whoever sees the token before the
 * application does has no key for it.
 */
export function jwtPayload(token: string | undefined): string | undefined {
  const parts = token?.split(".") ?? [];
  if (parts.length !== 3) return undefined;
  return Buffer.from(parts[1] ?? "", "base64url").toString("utf8");
}
