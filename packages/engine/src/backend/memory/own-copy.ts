/** V8 copies shorter parts of a string, and points from longer ones into the whole. */
const SHORTEST_PART = 13;

/**
 * The same text in memory of its own. A label is often a part of a header or a URL, and as a key that is kept it would keep
 * the whole of that alive.
 */
export function ownCopy(text: string): string {
  if (text.length < SHORTEST_PART) return text;
  const narrow = Buffer.from(text, "latin1").toString("latin1");
  // UTF-8 would not bring half a surrogate pair back.
  return narrow === text ? narrow : Buffer.from(text, "utf16le").toString("utf16le");
}
