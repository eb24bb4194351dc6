/**
 * All names and texts anywhere in plain data. A component can read only labels that its policy names, so these are more
 * than enough of them, and no kind of component can be forgotten here.
 */
export function textsIn(data: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof data === "string") found.add(data);
  else if (data !== null && typeof data === "object") {
    for (const [name, value] of Object.entries(data)) {
      found.add(name);
      textsIn(value, found);
    }
  }
  return found;
}
