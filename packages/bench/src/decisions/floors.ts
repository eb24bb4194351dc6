import type { Decide } from "./deciders.ts";

/**
 * The least that any limiter in memory does: read the clock, find the bucket of a key, fill it and take one. They are not
 * meant for use: none of them forgets a key.
 */
const CAPACITY = 1e9;
const FILL_PER_MS = 1e6;

interface Bucket {
  available: number;
  filledMs: number;
}

export function objectBuckets(): Decide {
  const buckets = new Map<string, Bucket>();
  return (key) => {
    const nowMs = Date.now();
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = { available: CAPACITY, filledMs: nowMs };
      buckets.set(key, bucket);
    }
    const available = Math.min(CAPACITY, bucket.available + (nowMs - bucket.filledMs) * FILL_PER_MS);
    bucket.filledMs = nowMs;
    bucket.available = available >= 1 ? available - 1 : available;
    return available >= 1;
  };
}

const WIDTH = 2;
const FIRST_ROOM = 1024;

export function packedBuckets(): Decide {
  const places = new Map<string, number>();
  let cells = new Float64Array(FIRST_ROOM * WIDTH);
  return (key) => {
    const nowMs = Date.now();
    let at = places.get(key);
    if (at === undefined) {
      at = places.size * WIDTH;
      places.set(key, at);
      if (at === cells.length) {
        const larger = new Float64Array(2 * cells.length);
        larger.set(cells);
        cells = larger;
      }
      cells[at] = CAPACITY;
      cells[at + 1] = nowMs;
    }
    const filledMs = cells[at + 1] as number;
    const available = Math.min(CAPACITY, (cells[at] as number) + (nowMs - filledMs) * FILL_PER_MS);
    cells[at + 1] = nowMs;
    cells[at] = available >= 1 ? available - 1 : available;
    return available >= 1;
  };
}

/** What it costs to promise an answer that is there already. */
export function promisedBuckets(): Decide {
  const decide = objectBuckets();
  return async (key) => decide(key);
}
