import { type Clock, MemoryBackend } from "@aperture-flow/engine";
import { heapBytes } from "../heap.ts";
import { answer } from "../own-process.ts";
import { ASK } from "./deciders.ts";

/**
 * Push out: where as many keys are held as there is room for, take from as many new ones; returns the milliseconds of the
 * longest single step, the sweep behind them included. Expire: returns the heap bytes of each key once all have expired.
 */
export type Question = "push out" | "expire";

const room = Number(process.argv[2]);
let nowMs = 0;
let sweep = (): void => undefined;
const clock: Clock = {
  nowMs: () => nowMs,
  every: (_ms, run) => {
    sweep = run;
    return () => undefined;
  },
  after: () => () => undefined,
  sleep: () => Promise.resolve(),
};
const empty = heapBytes();
const backend = new MemoryBackend({ clock, maxKeys: room });
let made = 0;
takeFromNew();

answer((question: Question) => (question === "expire" ? bytesAfterExpiry() : Math.max(takeFromNew(), timed(sweep))));

function takeFromNew(): number {
  let longestMs = 0;
  for (let left = room; left > 0; left -= 1) {
    const key = `user-${made++}`;
    longestMs = Math.max(
      longestMs,
      timed(() => backend.takeTokens("bench", key, ASK)),
    );
  }
  return longestMs;
}

function timed(step: () => unknown): number {
  const beganMs = performance.now();
  step();
  return performance.now() - beganMs;
}

/** One sweep lets a generation of keys grow old, the next forgets it. */
function bytesAfterExpiry(): number {
  for (let sweeps = 0; sweeps < 4; sweeps += 1) {
    nowMs += 10 * ASK.settings.fillIntervalMs;
    sweep();
  }
  if (backend.size.buckets !== 0) throw new Error(`${backend.size.buckets} buckets outlived their time`);
  return (heapBytes() - empty) / room;
}
