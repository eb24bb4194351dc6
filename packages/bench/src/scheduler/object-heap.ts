export interface Keyed<T> {
  readonly key: number;
  readonly value: T;
}

/** A binary heap of objects, as small as it can be: entries do not know their place. */
export class ObjectHeap<T> {
  readonly #entries: Keyed<T>[] = [];

  push(entry: Keyed<T>): void {
    const entries = this.#entries;
    let at = entries.length;
    entries.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = entries[above] as Keyed<T>;
      if (parent.key <= entry.key) break;
      entries[at] = parent;
      at = above;
    }
    entries[at] = entry;
  }

  /** The one with the least key. */
  pop(): Keyed<T> | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (last !== undefined && entries.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Keyed<T>): void {
    const entries = this.#entries;
    let at = 0;
    for (let below = 1; below < entries.length; below = 2 * at + 1) {
      const right = entries[below + 1];
      if (right !== undefined && right.key < (entries[below] as Keyed<T>).key) below += 1;
      const child = entries[below] as Keyed<T>;
      if (child.key >= entry.key) break;
      entries[at] = child;
      at = below;
    }
    entries[at] = entry;
  }
}
