import { setImmediate } from "node:timers/promises";
import type { Clock } from "../time/clock.ts";

/**
 * A clock that stands still until a test moves it.
 *
 * @example
 * const clock = new FakeClock();
 * const engine = await createEngine({ policies, clock });
 * await clock.advance(1000); // runs what was due in that second, in order
 */
export class FakeClock implements Clock {
  #nowMs: number;
  #timers: Timer[] = [];
  #started = 0;

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Timers that have not fired; 0 after a clean shutdown. */
  get pending(): number {
    return this.#timers.length;
  }

  /**
   * Moves time on. Each timer fires at its own moment, earliest first and those of one moment in the order in which they
   * were started; promises settle before time moves again.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await setImmediate();
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      this.#remove(timer);
      timer.run();
      await setImmediate();
    }
    this.#nowMs = endMs;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, ms || 0), order: this.#started++, run };
    this.#timers.push(timer);
    return () => this.#remove(timer);
  }

  every(ms: number, run: () => void): () => void {
    if (!(ms > 0)) throw new RangeError(`every: expected milliseconds above 0, got ${ms}`);
    const again = () => {
      stop = this.after(ms, again);
      run();
    };
    let stop = this.after(ms, again);
    return () => stop();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const cancel = this.after(ms, wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  #next(untilMs: number): Timer | undefined {
    return this.#timers
      .filter(({ dueMs }) => dueMs <= untilMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
  }

  #remove(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
  }
}

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}
