import { Heap } from "../arithmetic/heap.ts";
import type { Clock } from "../time/clock.ts";
import type { Waiter } from "./waiter.ts";

/** The deadlines of all who wait, on one timer: one each would cost more than the waiting. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #expire: (waiter: Waiter) => void;
  readonly #waiters = new Heap<Waiter>();
  #stopTimer: (() => void) | undefined;
  #timerMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, expire: (waiter: Waiter) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  add(waiter: Waiter): void {
    waiter.deadline = this.#waiters.push(waiter.deadlineMs, waiter);
    this.#arm();
  }

  delete(waiter: Waiter): void {
    if (waiter.deadline !== undefined) this.#waiters.remove(waiter.deadline);
    // An early timer costs less than a new one for each who leaves; only the last one turns off the light.
    if (this.#waiters.size === 0) this.#disarm();
  }

  #arm(): void {
    const first = this.#waiters.first;
    if (first === undefined || first.key >= this.#timerMs) return;
    this.#disarm();
    this.#timerMs = first.key;
    this.#stopTimer = this.#clock.after(first.key - this.#clock.nowMs(), () => this.#ring());
  }

  #disarm(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#timerMs = Number.POSITIVE_INFINITY;
  }

  #ring(): void {
    this.#disarm();
    const nowMs = this.#clock.nowMs();
    for (let first = this.#waiters.first; first !== undefined && first.key <= nowMs; first = this.#waiters.first) {
      this.#waiters.pop();
      this.#expire(first.value);
    }
    this.#arm();
  }
}
