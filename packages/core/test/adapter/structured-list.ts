/** A string of a structured field with its parameters, all of which are whole numbers here. */
export interface StructuredItem {
  readonly value: string;
  readonly parameters: Readonly<Record<string, number>>;
}

const SEPARATOR = /[ \t]*,[ \t]*/y;
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const PARAMETER = /; *([a-z*][a-z0-9_.*-]*)=(-?[0-9]{1,15})(?![0-9.])/y;

/**
 * Reads a list of RFC 9651 whose members are strings with whole-number parameters, as the `RateLimit` fields are, and
 * takes nothing that the RFC's own parser would not.
 *
 * @throws Error with the rest that could not be read
 */
export function structuredList(text: string): StructuredItem[] {
  const items: StructuredItem[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };
  do {
    const value = take(STRING)?.[1];
    if (value === undefined) throw new Error(`expected a string at ${JSON.stringify(text.slice(at))}`);
    const parameters: Record<string, number> = {};
    for (let found = take(PARAMETER); found !== undefined; found = take(PARAMETER)) {
      parameters[found[1] ?? ""] = Number(found[2]);
    }
    items.push({ value: value.replace(/\\(.)/g, "$1"), parameters });
  } while (take(SEPARATOR) !== undefined);
  if (at !== text.length) throw new Error(`expected the end at ${JSON.stringify(text.slice(at))}`);
  return items;
}
