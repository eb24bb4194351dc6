// Not the global, which is looked up at each reading: 5 ns of 47.
import { performance } from "node:perf_hooks";

/** Time as the engine knows it: monotonic milliseconds. A test passes its own. */
export interface Clock {
  nowMs(): number;
  /** Settles after `ms`, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `run` once after `ms`; returns the function that cancels it. The process lives until then: somebody waits. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` every `ms`; returns the function that stops it. Does not keep the process alive. */
  every(ms: number, run: () => void): () => void;
}

/** Node fires a timer of more milliseconds at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The clock of the process. It is monotonic, so setting the system's time changes nothing. Timers longer than about 24
 * days fire after those; their owners ask the clock again before they act.
 */
export function systemClock(): Clock {
  return {
    nowMs: () => performance.now(),
    after: startTimer,
    every(ms, run) {
      const timer = setInterval(run, timerMs(ms)).unref();
      return () => clearInterval(timer);
    },
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          cancel();
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const cancel = startTimer(ms, wake);
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
  };
}

function startTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, timerMs(ms));
  return () => clearTimeout(timer);
}

/** What a Node timer takes: NaN is as soon as possible, and a fraction, which Node would cut off, not too early. */
function timerMs(ms: number): number {
  return ms > 0 ? Math.min(Math.ceil(ms), MAX_TIMER_MS) : 0;
}

/** Uniform in [0, 1). */
export function systemRandom(): number {
  return Math.random();
}
