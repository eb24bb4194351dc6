import {
  BUCKET_WIDTH,
  type BucketAnswer,
  type BucketAsk,
  recoveryMs,
  startFull,
  takeTokens,
} from "../../arithmetic/token-bucket.ts";
import { ownCopy } from "./own-copy.ts";

/**
 * The token buckets of one space by label, in bounded memory.
 *
 * Each shard holds generations. What is asked for moves to the young one; when that is full, or when everything in the
 * older ones may be forgotten, those are dropped whole and a new one takes its place. So the least recently used go first,
 * dropping them is one assignment however many they are, and whatever was among the last third of `maxKeys` distinct labels
 * of its shard is still known.
 *
 * A bucket may be forgotten once it is full again or idle for too long: a new one would answer the same.
 *
 * The numbers are packed into one array per generation, 32 bytes a bucket; as objects they would take about 100. Shards
 * keep each Map small, for a Map that grows copies itself whole: tens of milliseconds at half a million keys. There is one
 * shard until it is full, for choosing among several costs as much as all the rest of an answer but the clock: 18 ns.
 * Not a linked list of recent use, which costs two more pointers a bucket and writes to three for each one asked.
 */
export class BucketTable {
  readonly #mostShards: number;
  /** Most keys of the first shard's generation. */
  readonly #roomAlone: number;
  /** Most keys of a generation where there are several shards. */
  readonly #roomEach: number;
  /** One, or as many as there may be. */
  #shards: readonly Shard[] = [{ young: newGeneration(undefined) }];

  constructor(maxKeys: number) {
    this.#mostShards = Math.ceil(maxKeys / (2 * KEYS_PER_MAP));
    this.#roomAlone = Math.min(Math.max(1, Math.floor(maxKeys / 2)), KEYS_OF_ONLY_MAP);
    // Beside two generations of each shard but one, that one's own and the first shard's may be held.
    this.#roomEach = Math.floor((maxKeys - this.#roomAlone) / (2 * this.#mostShards - 1));
  }

  take(label: string, ask: BucketAsk, nowMs: number): BucketAnswer {
    let shard = this.#shardOf(label);
    let at = placeOf(shard.young, label);
    if (at === undefined) {
      shard = this.#withRoom(shard, label);
      at = admit(shard.young, label);
    }
    const { young } = shard;
    if (young.ask !== ask) keepFor(young, ask);
    young.usedMs = nowMs;
    const { cells } = young;
    if (!isKnown(cells, at, ask.settings.idleMs, nowMs)) startFull(cells, at, ask.settings, nowMs);
    cells[at + USED] = nowMs;
    return takeTokens(cells, at, ask, nowMs);
  }

  /** Forgets what may be forgotten: in the worst case one sweep later than it could. */
  sweep(nowMs: number): void {
    for (const shard of this.#shards) {
      if (isWorthKeeping(shard.young.older, nowMs)) continue;
      if (shard.young.places.size > 0) age(shard);
      else shard.young.older = undefined;
    }
  }

  /** Buckets held, those that moved to the young generation counted twice. */
  get size(): number {
    let sum = 0;
    for (const { places } of new Set(this.#shards.flatMap(({ young }) => generationsFrom(young)))) sum += places.size;
    return sum;
  }

  #shardOf(label: string): Shard {
    const shards = this.#shards;
    return shards[shards.length === 1 ? 0 : spread(label) % shards.length] as Shard;
  }

  /** The shard of the label, with room in its young generation. */
  #withRoom(shard: Shard, label: string): Shard {
    const room = this.#shards.length === 1 ? this.#roomAlone : this.#roomEach;
    if (shard.young.places.size < room) return shard;
    if (this.#shards.length === this.#mostShards) {
      age(shard);
      return shard;
    }
    // What the first one holds stays where it is, for all to look up: sorting it into the others would take milliseconds.
    this.#shards = Array.from({ length: this.#mostShards }, () => ({ young: newGeneration(shard.young) }));
    return this.#shardOf(label);
  }
}

interface Shard {
  young: Generation;
}

interface Generation {
  /** Where the numbers of a label begin. */
  readonly places: Map<string, number>;
  /**
   * What was looked up last: with the one label of a limit for all, the Map would be a sixth of an answer. As it came, so that
   * the same text is the same string: it alone may keep a longer text alive, until the next label is asked for.
   */
  lastLabel: string | undefined;
  lastPlace: number;
  /** Of each bucket its numbers and its last use, which is -Infinity where it was not asked yet. */
  cells: Float64Array;
  usedMs: number;
  /** How long after its last use nothing in it is worth keeping any more. */
  keepMs: number;
  /** The last ask that `keepMs` was raised for: limiters pass the same object over and over. */
  ask: BucketAsk | undefined;
  /** The one before it. There are two where the first shard was full, and its own are now those of all. */
  older: Generation | undefined;
}

const USED = BUCKET_WIDTH;
const WIDTH = BUCKET_WIDTH + 1;
/** To grow to so many takes a Map a millisecond, and may fall to any flow. */
const KEYS_PER_MAP = 8192;
/** Twice as long once, so that applications with so few keys need not choose among several. */
const KEYS_OF_ONLY_MAP = 16_384;

function newGeneration(older: Generation | undefined): Generation {
  return {
    places: new Map(),
    lastLabel: undefined,
    lastPlace: 0,
    cells: new Float64Array(WIDTH),
    usedMs: 0,
    keepMs: 0,
    ask: undefined,
    older,
  };
}

function generationsFrom(young: Generation): readonly Generation[] {
  return young.older === undefined ? [young] : [young, ...generationsFrom(young.older)];
}

function isWorthKeeping(generation: Generation | undefined, nowMs: number): boolean {
  if (generation === undefined) return false;
  return nowMs - generation.usedMs <= generation.keepMs || isWorthKeeping(generation.older, nowMs);
}

/** Drops the older ones, and starts another. */
function age(shard: Shard): void {
  const { young } = shard;
  // Other shards may still hold this one: without what is behind it, all of them together stay within `maxKeys`.
  if (young.older !== undefined) young.older.older = undefined;
  young.older = undefined;
  shard.young = newGeneration(young);
}

function placeOf(young: Generation, label: string): number | undefined {
  if (label === young.lastLabel) return young.lastPlace;
  const at = young.places.get(label);
  if (at !== undefined) {
    young.lastLabel = label;
    young.lastPlace = at;
  }
  return at;
}

/** Makes a place for a label that has none there, and moves its bucket from an older one. */
function admit(young: Generation, label: string): number {
  const at = young.places.size * WIDTH;
  if (at === young.cells.length) young.cells = doubled(young.cells);
  young.places.set(ownCopy(label), at);
  for (let { older } = young; older !== undefined; older = older.older) {
    const before = older.places.get(label);
    if (before === undefined) continue;
    for (let cell = 0; cell < WIDTH; cell++) young.cells[at + cell] = older.cells[before + cell] as number;
    return at;
  }
  young.cells[at + USED] = Number.NEGATIVE_INFINITY;
  return at;
}

function keepFor(generation: Generation, ask: BucketAsk): void {
  const { idleMs } = ask.settings;
  const recovery = recoveryMs(ask);
  generation.keepMs = Math.max(generation.keepMs, idleMs > 0 ? Math.min(idleMs, recovery) : recovery);
  generation.ask = ask;
}

/** False also for a bucket that was idle for too long: it starts again. */
function isKnown(cells: Float64Array, at: number, idleMs: number, nowMs: number): boolean {
  const usedMs = cells[at + USED] as number;
  return nowMs - usedMs <= (idleMs > 0 ? idleMs : Number.MAX_VALUE);
}

function doubled(cells: Float64Array): Float64Array {
  const larger = new Float64Array(cells.length * 2);
  larger.set(cells);
  return larger;
}

/**
 * A number that tells labels apart well enough to spread them over shards: of all characters of a short label, of as many from
 * all parts of a long one. Which bucket a label has is left to the Map; labels that all fall into one shard only make it
 * forget sooner.
 */
function spread(label: string): number {
  const { length } = label;
  let sum = length;
  if (length <= SAMPLED) for (let at = 0; at < length; at++) sum = (Math.imul(sum, 31) + label.charCodeAt(at)) | 0;
  else
    for (let each = 0; each < SAMPLED; each++) sum = (Math.imul(sum, 31) + label.charCodeAt((each * length) >> 4)) | 0;
  return (sum ^ (sum >>> 15) ^ (sum >>> 7)) >>> 0;
}

/** 2 ** 4 characters. */
const SAMPLED = 16;
