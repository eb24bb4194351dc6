import { randomUUID } from "node:crypto";
import { ApertureError } from "@aperture-flow/core";
import { type Clock, systemClock } from "../time/clock.ts";
import type { BucketAnswer, BucketAsk, SlotAnswer, SlotAsk, StateBackend } from "./backend.ts";
import { BucketTable } from "./memory/bucket-table.ts";
import { EntryTable } from "./memory/entry-table.ts";
import { SlotTable } from "./memory/slot-table.ts";

/** The bounds of what a {@link MemoryBackend} remembers. */
export interface MemoryBackendOptions {
  readonly clock?: Clock | undefined;
  /**
   * Most buckets to remember for each component of a policy, 100,000 by default, at about 100 bytes each. Buckets that
   * would be full by now go first, then the least recently used; a forgotten one starts full. As each component has its
   * own, a flood of values of one label makes no other component forget.
   */
  readonly maxKeys?: number | undefined;
  /** Most bytes of cache entries, 64 MiB by default; the least recently used go first. */
  readonly maxCacheBytes?: number | undefined;
}

/**
 * State of one process, in its memory: the backend of an engine that is given none. Every operation answers at once.
 * Each thread and each process of a cluster has its own; let them share a store where limits must hold for all together.
 */
export class MemoryBackend implements StateBackend {
  readonly #clock: Clock;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, BucketSpace>();
  /** What was asked last: most often it is asked again, or what came after it the time before. */
  #last: BucketSpace | undefined;
  /** Of the last one, here because a step more to them is a tenth of the bucket's own. */
  #lastName: string | undefined;
  #lastTable: BucketTable | undefined;
  readonly #slots = new Map<string, SlotTable>();
  readonly #entries: EntryTable;
  #stopSweeping: (() => void) | undefined;

  constructor(options: MemoryBackendOptions = {}) {
    this.#clock = options.clock ?? systemClock();
    this.#maxKeys = atLeastOne("maxKeys", options.maxKeys ?? 100_000);
    this.#entries = new EntryTable(atLeastOne("maxCacheBytes", options.maxCacheBytes ?? 64 * 1024 * 1024));
  }

  takeTokens(space: string, label: string, ask: BucketAsk): BucketAnswer {
    const known = space === this.#lastName ? this.#lastTable : undefined;
    return (known ?? this.#turnTo(space)).take(label, ask, this.#clock.nowMs());
  }

  acquireSlots(space: string, label: string, ask: SlotAsk): SlotAnswer {
    let table = this.#slots.get(space);
    if (table === undefined) {
      table = new SlotTable();
      this.#slots.set(space, table);
      this.#sweepLater();
    }
    return table.acquire(label, ask, { id: randomUUID(), nowMs: this.#clock.nowMs() });
  }

  releaseSlots(space: string, label: string, leaseId: string): boolean {
    return this.#slots.get(space)?.release(label, leaseId, this.#clock.nowMs()) ?? false;
  }

  getEntries(keys: readonly string[]): readonly (Uint8Array | undefined)[] {
    const nowMs = this.#clock.nowMs();
    return keys.map((key) => this.#entries.get(key, nowMs));
  }

  setEntry(key: string, value: Uint8Array, ttlMs: number): void {
    this.#sweepLater();
    this.#entries.set(key, value, this.#clock.nowMs() + ttlMs);
  }

  deleteEntries(keys: readonly string[]): void {
    for (const key of keys) this.#entries.delete(key);
  }

  /** Stops the timer that removes what has expired. State is kept: a late flow may still give back what it holds. */
  close(): Promise<void> {
    this.#stopSweeping?.();
    this.#stopSweeping = undefined;
    return Promise.resolve();
  }

  /** How much is held, for metrics; a bucket may count twice for a while. */
  get size(): {
    readonly buckets: number;
    readonly slots: number;
    readonly entries: number;
    readonly cacheBytes: number;
  } {
    const { size: entries, bytes: cacheBytes } = this.#entries;
    return { buckets: sizeOfAll(this.#buckets), slots: sizeOfAll(this.#slots), entries, cacheBytes };
  }

  #turnTo(name: string): BucketTable {
    const last = this.#last;
    const next = last?.next?.name === name ? last.next : this.#spaceOf(name);
    if (last !== undefined) last.next = next;
    this.#last = next;
    this.#lastName = name;
    this.#lastTable = next.table;
    return next.table;
  }

  #spaceOf(name: string): BucketSpace {
    let space = this.#buckets.get(name);
    if (space === undefined) {
      space = new BucketSpace(name, this.#maxKeys);
      this.#buckets.set(name, space);
      this.#sweepLater();
    }
    return space;
  }

  #sweepLater(): void {
    this.#stopSweeping ??= this.#clock.every(SWEEP_MS, () => this.#sweep());
  }

  #sweep(): void {
    const nowMs = this.#clock.nowMs();
    sweepAll(this.#buckets, nowMs);
    // Those that are gone may be among them.
    for (const space of this.#buckets.values()) space.next = undefined;
    this.#last = undefined;
    this.#lastTable = undefined;
    sweepAll(this.#slots, nowMs);
    this.#entries.sweep(nowMs);
    if (this.#buckets.size + this.#slots.size + this.#entries.size === 0) void this.close();
  }
}

/**
 * The buckets of one component. The limiters of a control point are asked in the same order by each flow: to remember who
 * came next spares the look-up, which is 5 % of a check with one of them.
 */
class BucketSpace implements Table {
  readonly name: string;
  readonly table: BucketTable;
  next: BucketSpace | undefined = undefined;

  constructor(name: string, maxKeys: number) {
    this.name = name;
    this.table = new BucketTable(maxKeys);
  }

  get size(): number {
    return this.table.size;
  }

  sweep(nowMs: number): void {
    this.table.sweep(nowMs);
  }
}

interface Table {
  readonly size: number;
  sweep(nowMs: number): void;
}

function sizeOfAll(tables: ReadonlyMap<string, Table>): number {
  let sum = 0;
  for (const { size } of tables.values()) sum += size;
  return sum;
}

function sweepAll(tables: Map<string, Table>, nowMs: number): void {
  for (const [space, table] of tables) {
    table.sweep(nowMs);
    if (table.size === 0) tables.delete(space);
  }
}

const SWEEP_MS = 1000;

function atLeastOne(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ApertureError("APERTURE_OPTION_INVALID", `${option}: expected a whole number from 1, got ${value}`);
}
