/** Cache entries under string keys, bounded in bytes: the least recently used go first. */
export class EntryTable {
  readonly #maxBytes: number;
  /** In the order of use, the latest last. */
  readonly #entries = new Map<string, Entry>();
  #sweeping: MapIterator<[string, Entry]> | undefined;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string, nowMs: number): Uint8Array | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (nowMs >= entry.expiresMs) {
      this.#bytes -= sizeOf(key, entry);
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Throws a RangeError for an entry that is larger than all that may be kept. */
  set(key: string, value: Uint8Array, expiresMs: number): void {
    // A copy: the caller may reuse its buffer, and a slice of one would keep the whole of it alive.
    const entry = { value: value.slice(), expiresMs };
    const size = sizeOf(key, entry);
    if (size > this.#maxBytes)
      throw new RangeError(`a cache entry of ${size} bytes exceeds the ${this.#maxBytes} of the cache`);
    this.delete(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes + size <= this.#maxBytes) break;
      this.delete(oldest);
    }
    this.#entries.set(key, entry);
    this.#bytes += size;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key, entry);
  }

  /** Removes what has expired, a slice of the entries at a time. */
  sweep(nowMs: number): void {
    this.#sweeping ??= this.#entries.entries();
    for (let left = SWEPT_AT_ONCE; left > 0; left--) {
      const { done, value } = this.#sweeping.next();
      if (done === true) {
        this.#sweeping = undefined;
        return;
      }
      if (nowMs >= value[1].expiresMs) this.delete(value[0]);
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }
}

interface Entry {
  readonly value: Uint8Array;
  readonly expiresMs: number;
}

const SWEPT_AT_ONCE = 1000;
/** About what a Map and an object take for an entry besides its key and value. */
const OVERHEAD = 200;

function sizeOf(key: string, entry: Entry): number {
  return key.length * 2 + entry.value.byteLength + OVERHEAD;
}
