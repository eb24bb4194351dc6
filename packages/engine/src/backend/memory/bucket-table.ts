import {
  type BucketAnswer,
  type BucketAsk,
  recoveryMs,
  startFull,
  type TokenBucket,
  takeTokens,
} from "../../arithmetic/token-bucket.ts";
import { ownCopy } from "./own-copy.ts";

/**
 * The token buckets of one space by label, in bounded memory.
 *
 * Each shard holds two generations. What is asked for moves to the young one; when that is full, or when everything in the
 * old one may be forgotten, the old one is dropped whole and the young one takes its place. So the least recently used
 * go first, dropping them is one assignment however many they are, and whatever was among the last half of `maxKeys`
 * distinct labels of its shard is still known.
 *
 * A bucket may be forgotten once it is full again or idle for too long: a new one would answer the same.
 *
 * The numbers are packed into one array per generation, 32 bytes a bucket; as objects they would take about 100. Shards
 * keep each Map small, for a Map that grows copies itself whole: tens of milliseconds at half a million keys. Not a
 * linked list of recent use, which costs two more pointers a bucket and writes to three for each one asked.
 */
export class BucketTable {
  readonly #shards: (Shard | undefined)[];
  readonly #shardMask: number;
  readonly #keysPerGeneration: number;
  /** The one bucket that is unpacked at a time. */
  readonly #bucket: TokenBucket = { available: 0, lastFillMs: 0, startFillMs: 0 };

  constructor(maxKeys: number) {
    const shards = 2 ** Math.ceil(Math.log2(Math.max(1, maxKeys / (2 * KEYS_PER_MAP))));
    this.#shards = new Array(shards).fill(undefined);
    this.#shardMask = shards - 1;
    this.#keysPerGeneration = Math.max(1, Math.floor(maxKeys / (2 * shards)));
  }

  take(label: string, ask: BucketAsk, nowMs: number): BucketAnswer {
    const shard = this.#shardOf(label);
    const at = shard.young.places.get(label) ?? this.#admit(shard, label);
    const { young } = shard;
    if (young.ask !== ask) keepFor(young, ask);
    young.usedMs = nowMs;
    const bucket = this.#bucket;
    if (isKnown(young.cells, at, ask.settings.idleMs, nowMs)) unpack(young.cells, at, bucket);
    else startFull(bucket, ask.settings, nowMs);
    const answer = takeTokens(bucket, ask, nowMs);
    pack(young.cells, at, bucket);
    young.cells[at + USED] = nowMs;
    return answer;
  }

  /** Forgets what may be forgotten: in the worst case one sweep later than it could. */
  sweep(nowMs: number): void {
    for (const [index, shard] of this.#shards.entries()) {
      if (shard === undefined) continue;
      const { young, old } = shard;
      if (old !== undefined && nowMs - old.usedMs <= old.keepMs) continue;
      if (young.places.size > 0) age(shard);
      else this.#shards[index] = undefined;
    }
  }

  /** Buckets held, those that moved to the young generation counted twice. */
  get size(): number {
    return this.#shards.reduce(
      (sum, shard) => sum + (shard?.young.places.size ?? 0) + (shard?.old?.places.size ?? 0),
      0,
    );
  }

  #shardOf(label: string): Shard {
    const index = this.#shardMask === 0 ? 0 : spread(label) & this.#shardMask;
    const shard = this.#shards[index];
    if (shard !== undefined) return shard;
    const created = { young: newGeneration(), old: undefined };
    this.#shards[index] = created;
    return created;
  }

  /** Finds a place in the young generation for a label that has none there. */
  #admit(shard: Shard, label: string): number {
    const { old } = shard;
    if (shard.young.places.size >= this.#keysPerGeneration) age(shard);
    const { young } = shard;
    const at = young.places.size * WIDTH;
    if (at === young.cells.length) young.cells = doubled(young.cells);
    young.places.set(ownCopy(label), at);
    const before = old?.places.get(label);
    if (old === undefined || before === undefined) young.cells[at + USED] = Number.NEGATIVE_INFINITY;
    else young.cells.set(old.cells.subarray(before, before + WIDTH), at);
    return at;
  }
}

interface Shard {
  young: Generation;
  old: Generation | undefined;
}

interface Generation {
  /** Where the numbers of a label begin. */
  readonly places: Map<string, number>;
  /** Available, last fill, start of fill, last use; the last is -Infinity in a bucket that was not asked yet. */
  cells: Float64Array;
  usedMs: number;
  /** How long after its last use nothing in it is worth keeping any more. */
  keepMs: number;
  /** The last ask that `keepMs` was raised for: limiters pass the same object over and over. */
  ask: BucketAsk | undefined;
}

const WIDTH = 4;
const USED = 3;
const KEYS_PER_MAP = 8192;

function newGeneration(): Generation {
  return { places: new Map(), cells: new Float64Array(WIDTH), usedMs: 0, keepMs: 0, ask: undefined };
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

function unpack(cells: Float64Array, at: number, bucket: TokenBucket): void {
  bucket.available = cells[at] as number;
  bucket.lastFillMs = cells[at + 1] as number;
  bucket.startFillMs = cells[at + 2] as number;
}

function pack(cells: Float64Array, at: number, bucket: TokenBucket): void {
  cells[at] = bucket.available;
  cells[at + 1] = bucket.lastFillMs;
  cells[at + 2] = bucket.startFillMs;
}

function age(shard: Shard): void {
  shard.old = shard.young;
  shard.young = newGeneration();
}

function doubled(cells: Float64Array): Float64Array {
  const larger = new Float64Array(cells.length * 2);
  larger.set(cells);
  return larger;
}

/**
 * A number that tells labels apart well enough to spread them over shards: all of a short label, every few characters of a
 * long one. Which bucket a label has is left to the Map; labels that all fall into one shard only make it forget sooner.
 */
function spread(label: string): number {
  let sum = label.length;
  const stride = (label.length >> 4) + 1;
  for (let at = label.length - 1; at >= 0; at -= stride) sum = (Math.imul(sum, 31) + label.charCodeAt(at)) | 0;
  return sum ^ (sum >>> 15) ^ (sum >>> 7);
}
