/** A binary heap of keys in one array of numbers, with the number of an entry beside each, and room for so many. */
export class FlatHeap {
  readonly #keys: Float64Array;
  readonly #entries: Uint32Array;
  #size = 0;

  constructor(room: number) {
    this.#keys = new Float64Array(room);
    this.#entries = new Uint32Array(room);
  }

  /** `NaN` when it is empty. */
  get leastKey(): number {
    return this.#size === 0 ? Number.NaN : (this.#keys[0] as number);
  }

  push(key: number, entry: number): void {
    const keys = this.#keys;
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((keys[above] as number) <= key) break;
      this.#move(above, at);
      at = above;
    }
    this.#put(key, entry, at);
  }

  /** Takes out the entry with the least key. */
  pop(): number | undefined {
    if (this.#size === 0) return undefined;
    const first = this.#entries[0];
    this.#size -= 1;
    this.#sink(this.#keys[this.#size] as number, this.#entries[this.#size] as number);
    return first;
  }

  #sink(key: number, entry: number): void {
    const keys = this.#keys;
    let at = 0;
    for (let below = 1; below < this.#size; below = 2 * at + 1) {
      if (below + 1 < this.#size && (keys[below + 1] as number) < (keys[below] as number)) below += 1;
      if ((keys[below] as number) >= key) break;
      this.#move(below, at);
      at = below;
    }
    this.#put(key, entry, at);
  }

  #move(from: number, to: number): void {
    this.#put(this.#keys[from] as number, this.#entries[from] as number, to);
  }

  #put(key: number, entry: number, at: number): void {
    this.#keys[at] = key;
    this.#entries[at] = entry;
  }
}
