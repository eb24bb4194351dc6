/**
 * A binary heap whose entries know their place, so that any of them can be taken out in O(log n).
 *
 *   parent(i) = (i - 1) >> 1        children(i) = 2i + 1, 2i + 2
 *
 * Invariant: no entry comes before its parent. Equal keys leave in the order in which they came: ties are broken by a
 * number that counts arrivals, because a heap alone forgets it.
 *
 * Keys stand in arrays of their own: to compare them, no entry is fetched, which with ten thousand of them would be a
 * fetch from far away each time. And entries are what the caller has anyway, not objects around it.
 *
 * Not a sorted list, whose insertion is linear; not a pairing heap, whose entries cost three references more.
 */
export class Heap<E extends HeapEntry> {
  readonly #entries: E[] = [];
  readonly #keys: number[] = [];
  readonly #orders: number[] = [];
  #arrivals = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The entry with the least key. */
  get first(): E | undefined {
    return this.#entries[0];
  }

  /** `Infinity` when nothing is in it. */
  get leastKey(): number {
    return this.#entries.length === 0 ? Number.POSITIVE_INFINITY : (this.#keys[0] as number);
  }

  /** Undefined when the entry is not, or no longer, in this heap. */
  keyOf(entry: E): number | undefined {
    return this.#has(entry) ? this.#keys[entry.place] : undefined;
  }

  push(key: number, entry: E): void {
    const last = this.#entries.length;
    this.#entries.push(entry);
    this.#keys.push(key);
    this.#orders.push(this.#arrivals);
    this.#rise(last, key, this.#arrivals, entry);
    this.#arrivals += 1;
  }

  pop(): E | undefined {
    const first = this.#entries[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** False when the entry is not, or no longer, in this heap. */
  remove(entry: E): boolean {
    if (!this.#has(entry)) return false;
    const { place } = entry;
    const last = this.#entries.pop() as E;
    const key = this.#keys.pop() as number;
    const order = this.#orders.pop() as number;
    entry.place = NOWHERE;
    if (last === entry) return true;
    if (place > 0 && this.#isBefore(key, order, (place - 1) >> 1)) this.#rise(place, key, order, last);
    else this.#sink(place, key, order, last);
    return true;
  }

  #has(entry: E): boolean {
    return entry.place !== NOWHERE && this.#entries[entry.place] === entry;
  }

  #rise(from: number, key: number, order: number, entry: E): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(key, order, parent)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, key, order, entry);
  }

  #sink(from: number, key: number, order: number, entry: E): void {
    const { length } = this.#entries;
    let place = from;
    for (let child = 2 * place + 1; child < length; child = 2 * place + 1) {
      const right = child + 1;
      if (right < length && this.#isBefore(this.#keys[right] as number, this.#orders[right] as number, child)) {
        child = right;
      }
      if (this.#isBefore(key, order, child)) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, key, order, entry);
  }

  #isBefore(key: number, order: number, place: number): boolean {
    const other = this.#keys[place] as number;
    return key < other || (key === other && order < (this.#orders[place] as number));
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#keys[from] as number, this.#orders[from] as number, this.#entries[from] as E);
  }

  #put(place: number, key: number, order: number, entry: E): void {
    this.#keys[place] = key;
    this.#orders[place] = order;
    this.#entries[place] = entry;
    entry.place = place;
  }
}

/** What a heap holds; it can be in one heap at a time. */
export interface HeapEntry {
  /** {@link NOWHERE} at first. Only the heap may write it. */
  place: number;
}

/** The place of what is in no heap. */
export const NOWHERE = -1;
