/** The way to a value inside JSON, after RFC 6901: `/user/id`, `/items/0`; the empty text means the whole. */
export type JsonPointer = readonly string[];

const BAD_ESCAPE = /~(?![01])/;
const INDEX = /^(?:0|[1-9]\d*)$/;

/** The keys of a pointer; what is wrong with it goes to `complain`. */
export function jsonPointer(text: string, complain: (text: string) => void): JsonPointer | undefined {
  if (text === "") return [];
  if (!text.startsWith("/")) complain(`expected a JSON pointer, which starts with \`/\`, got ${JSON.stringify(text)}`);
  else if (BAD_ESCAPE.test(text))
    complain(`expected \`~0\` for \`~\` and \`~1\` for \`/\` in a JSON pointer, got ${JSON.stringify(text)}`);
  else
    return text
      .slice(1)
      .split("/")
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  return undefined;
}

/** What a pointer points at; undefined where it leads nowhere. */
export function pointedAt(document: unknown, pointer: JsonPointer): unknown {
  let value = document;
  for (const key of pointer) {
    if (typeof value !== "object" || value === null) return undefined;
    // Lists have a length too, which nobody wrote.
    const isThere = Array.isArray(value) ? INDEX.test(key) && Number(key) < value.length : Object.hasOwn(value, key);
    if (!isThere) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
