import { type Clock, MemoryBackend } from "@aperture-flow/engine";
import { heapBytes } from "../heap.ts";
import { answer } from "../own-process.ts";
import { CollectorPauses } from "./collector-pauses.ts";
import { ASK } from "./deciders.ts";

/**
 * Push out: where as many keys are held as there is room for, take from as many new ones; returns {@link Longest}.
 * Expire: returns the heap bytes of each key once all have expired.
 */
export type Question = "push out" | "expire";

/** Milliseconds of the longest single step, the sweep behind them included. */
export interface Longest {
  readonly withPauses: number;
  readonly withoutPauses: number;
}

/** Shorter steps are not the longest. */
const SHORTEST_MS = 0.1;

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
const pauses = new CollectorPauses();
const empty = heapBytes();
const backend = new MemoryBackend({ clock, maxKeys: room });
let made = 0;
takeFromNew();

answer((question: Question) => (question === "expire" ? bytesAfterExpiry() : longest()));

async function longest(): Promise<Longest> {
  pauses.start();
  const steps = [...takeFromNew(), timed(sweep)];
  const own = await pauses.stop(steps);
  return { withPauses: Math.max(...steps.map(({ duration }) => duration)), withoutPauses: Math.max(...own) };
}

function takeFromNew(): { startTime: number; duration: number }[] {
  const long = [];
  for (let left = room; left > 0; left -= 1) {
    const key = `user-${made++}`;
    const step = timed(() => backend.takeTokens("bench", key, ASK));
    if (step.duration > SHORTEST_MS) long.push(step);
  }
  return long;
}

function timed(step: () => unknown): { startTime: number; duration: number } {
  const startTime = performance.now();
  step();
  return { startTime, duration: performance.now() - startTime };
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
