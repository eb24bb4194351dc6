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

/**
 * Milliseconds of the longest single step, the sweep behind them included; without the time in which other processes had
 * the core.
 */
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
  return {
    withPauses: Math.max(...steps.map(({ duration, cpuMs }) => Math.min(duration, cpuMs))),
    withoutPauses: Math.max(...steps.map(({ cpuMs }, index) => Math.min(own[index] as number, cpuMs))),
  };
}

interface Step {
  readonly startTime: number;
  readonly duration: number;
  /** Of all threads: more than the duration where some worked side by side, less where another process had the core. */
  readonly cpuMs: number;
}

function takeFromNew(): Step[] {
  const long: Step[] = [];
  for (let left = room; left > 0; left -= 1) {
    const key = `user-${made++}`;
    const step = timed(() => backend.takeTokens("bench", key, ASK));
    if (step.duration > SHORTEST_MS) long.push(step);
  }
  return long;
}

function timed(step: () => unknown): Step {
  const before = process.cpuUsage();
  const startTime = performance.now();
  step();
  const duration = performance.now() - startTime;
  const { user, system } = process.cpuUsage(before);
  return { startTime, duration, cpuMs: (user + system) / 1000 };
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
