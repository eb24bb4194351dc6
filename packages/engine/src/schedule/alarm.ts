import type { Clock } from "../time/clock.ts";

/**
 * One timer for a moment that changes often. A later moment leaves the timer as it is: it rings too early, and is set
 * again then. Only an earlier one takes a new timer, so that whoever sets the alarm for each flow seldom starts one.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timerMs = Number.POSITIVE_INFINITY;
  #stopTimer: (() => void) | undefined;

  /** @param ring is called at the moment or before it; who needs to know looks at the clock, and sets the alarm again */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = () => {
      this.#timerMs = Number.POSITIVE_INFINITY;
      ring();
    };
  }

  /** `Infinity` turns it off. */
  set(atMs: number): void {
    if (atMs >= this.#timerMs && atMs !== Number.POSITIVE_INFINITY) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#timerMs = atMs;
    if (atMs !== Number.POSITIVE_INFINITY) this.#stopTimer = this.#clock.after(atMs - this.#clock.nowMs(), this.#ring);
  }
}
