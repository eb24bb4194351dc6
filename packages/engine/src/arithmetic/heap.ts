/**
 * A binary heap whose entries know their place, so that any of them can be taken out in O(log n).
 *
 *   parent(i) = (i - 1) >> 1        children(i) = 2i + 1, 2i + 2
 *
 * Invariant: no entry comes before its parent. Equal keys leave in the order in which they came: ties are broken by a
 * number that counts arrivals, because a heap alone forgets it.
 *
 * Not a sorted list, whose insertion is linear; not a pairing heap, whose entries cost three references more.
 */
export class Heap<T> {
  readonly #entries: HeapEntry<T>[] = [];
  #arrivals = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The entry with the least key. */
  get first(): HeapEntry<T> | undefined {
    return this.#entries[0];
  }

  push(key: number, value: T): HeapEntry<T> {
    const entry = { key, value, order: this.#arrivals++, index: this.#entries.length };
    this.#entries.push(entry);
    this.#rise(entry);
    return entry;
  }

  pop(): HeapEntry<T> | undefined {
    const first = this.#entries[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** False when the entry is not, or no longer, in this heap. */
  remove(entry: HeapEntry<T>): boolean {
    const { index } = entry;
    if (this.#entries[index] !== entry) return false;
    const last = this.#entries.pop() as HeapEntry<T>;
    entry.index = REMOVED;
    if (last === entry) return true;
    this.#put(last, index);
    this.#rise(last);
    this.#sink(last);
    return true;
  }

  #rise(entry: HeapEntry<T>): void {
    while (entry.index > 0) {
      const parent = this.#entries[(entry.index - 1) >> 1] as HeapEntry<T>;
      if (!isBefore(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: HeapEntry<T>): void {
    for (;;) {
      const left = this.#entries[2 * entry.index + 1];
      const right = this.#entries[2 * entry.index + 2];
      const child = right !== undefined && isBefore(right, left as HeapEntry<T>) ? right : left;
      if (child === undefined || !isBefore(child, entry)) return;
      this.#swap(child, entry);
    }
  }

  #swap(a: HeapEntry<T>, b: HeapEntry<T>): void {
    const { index } = a;
    this.#put(a, b.index);
    this.#put(b, index);
  }

  #put(entry: HeapEntry<T>, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }
}

/** One entry of a heap. Only the heap may write it. */
export interface HeapEntry<T> {
  readonly key: number;
  readonly value: T;
  readonly order: number;
  index: number;
}

const REMOVED = -1;

function isBefore<T>(a: HeapEntry<T>, b: HeapEntry<T>): boolean {
  return a.key < b.key || (a.key === b.key && a.order < b.order);
}
