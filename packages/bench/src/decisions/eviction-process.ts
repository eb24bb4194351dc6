import { MemoryBackend } from "@aperture-flow/engine";
import { FakeClock } from "@aperture-flow/engine/testing";
import { heapBytes } from "../heap.ts";
import { answer } from "../own-process.ts";
import { ASK } from "./deciders.ts";

/**
 * With as many keys held as there is room for, takes from as many new ones, and returns the longest that a single step or
 * the sweep behind them took, in milliseconds. Or returns the heap bytes of each key once all of them have expired.
 */
export type Question = "push out" | "expire";

const held = Number(process.argv[2]);
const clock = new FakeClock();
const backend = new MemoryBackend({ clock, maxKeys: held });
let made = 0;
takeFromNew(held);

answer((question: Question) => (question === "expire" ? expired() : Math.max(takeFromNew(held), sweep())));

function takeFromNew(count: number): number {
  let longestMs = 0;
  for (let left = count; left > 0; left -= 1) {
    const key = `user-${made++}`;
    longestMs = Math.max(longestMs, timed(() => backend.takeTokens("bench", key, ASK)));
  }
  return longestMs;
}

/** The clock moves only for this, so that the sweep is timed as a step. */
function sweep(): number {
  return timed(() => clock.advance(1000));
}

function timed(step: () => unknown): number {
  const beganMs = performance.now();
  step();
  return performance.now() - beganMs;
}

async function expired(): Promise<number> {
  const full = heapBytes();
  const keys = backend.size.buckets;
  for (let sweeps = 0; sweeps < 4; sweeps += 1) await clock.advance(2 * ASK.settings.fillIntervalMs);
  if (backend.size.buckets !== 0) throw new Error(`${backend.size.buckets} buckets outlived their time`);
  const lastly = heapBytes();
  takeFromNew(held);
  return Math.max(0, lastly - (full - keys * perKey(lastly))) / keys;
}

/** What a key costs when the backend is filled from empty. */
function perKey(empty: number): number {
  takeFromNew(held);
  return (heapBytes() - empty) / backend.size.buckets;
}
