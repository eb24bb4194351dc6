import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";

interface Span {
  readonly startTime: number;
  readonly duration: number;
}

/**
 * Knows when the garbage collector held the process up. Its pauses are the runtime's and come with any allocation, whoever
 * asked for the memory; what is left of a step is its own.
 */
export class CollectorPauses {
  readonly #pauses: Span[] = [];
  readonly #observer = new PerformanceObserver((list) => this.#pauses.push(...list.getEntries()));

  start(): void {
    this.#pauses.length = 0;
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  /** Milliseconds of each step without the pauses in it. */
  async stop(steps: readonly Span[]): Promise<readonly number[]> {
    // Entries are delivered in a turn of the loop after the pause.
    await setImmediate();
    await setImmediate();
    this.#observer.disconnect();
    return steps.map((step) => this.#pauses.reduce((left, pause) => left - overlapMs(step, pause), step.duration));
  }
}

function overlapMs(a: Span, b: Span): number {
  const from = Math.max(a.startTime, b.startTime);
  const to = Math.min(a.startTime + a.duration, b.startTime + b.duration);
  return Math.max(0, to - from);
}
