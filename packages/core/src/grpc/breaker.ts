/** Timeouts in a row that make a hung agent. */
const MOST_TIMEOUTS = 5;
const PROBE_EVERY_MS = 500;

/**
 * Keeps calls from waiting for an agent that takes them and never answers. It opens after five timeouts in a row, and
 * then lets one call through every half second, until one is answered. A timeout counts only if nothing at all was
 * answered while the call waited: short timeouts of some calls do not cut off the others.
 *
 * A dead agent needs no breaker, since its connection is refused at once.
 */
export class Breaker {
  #timeouts = 0;
  #answers = 0;
  #lastProbeMs = 0;
  #openedMs = 0;

  /** Whether a call may be made now. Times only have to grow. */
  admits(nowMs: number): boolean {
    if (!this.open) return true;
    if (nowMs - this.#lastProbeMs < PROBE_EVERY_MS) return false;
    this.#lastProbeMs = nowMs;
    return true;
  }

  get open(): boolean {
    return this.#timeouts >= MOST_TIMEOUTS;
  }

  /** Taken when a call is made, and handed back when it has timed out. */
  get answers(): number {
    return this.#answers;
  }

  /** The agent said something, or its connection failed, which is an answer too. */
  answered(): void {
    this.#answers += 1;
    this.#timeouts = 0;
  }

  timedOut(answersBefore: number, nowMs: number): void {
    if (answersBefore !== this.#answers) return;
    this.#timeouts += 1;
    if (this.#timeouts !== MOST_TIMEOUTS) return;
    this.#lastProbeMs = nowMs;
    this.#openedMs = nowMs;
  }

  /** Whether nothing was answered for so long that the connection itself may be lost. Starts over when it says so. */
  stuck(nowMs: number, forMs: number): boolean {
    if (!this.open || nowMs - this.#openedMs < forMs) return false;
    this.#openedMs = nowMs;
    return true;
  }
}
