import { WindowedCounter } from "./windowed-counter.ts";

const SLICES = 30;
const SLICE_MS = 1000;

/**
 * Tokens for a share of the load that arrives:
 *
 *   fill rate = load multiplier * arrival rate of the last 30 s      capacity = what fills in one second
 *
 * While the arrival rate is still being learnt, everything passes. A multiplier of 1 lets about as much through as
 * arrives, 0.5 half of it, 0 nothing. The fill rate is set whenever the multiplier is, and once when learning is over.
 *
 * Invariant: available <= capacity. A caller that may wait takes tokens ahead, as from a token bucket.
 */
export class LoadBucket {
  readonly #arrivals: WindowedCounter;
  #multiplier = 0;
  #fillPerMs = 0;
  #capacity = 0;
  #available = 0;
  #filledMs: number;

  constructor(nowMs: number) {
    this.#arrivals = new WindowedCounter(SLICES, SLICE_MS, nowMs);
    this.#filledMs = nowMs;
  }

  get remaining(): number {
    return this.#available;
  }

  get capacity(): number {
    return this.#capacity;
  }

  setMultiplier(multiplier: number, nowMs: number): void {
    this.#multiplier = multiplier;
    if (!this.#arrivals.isLearning) this.#setFillRate(nowMs);
  }

  /** Told of all that arrives, admitted or not. True while the arrival rate is not known yet. */
  arrive(tokens: number, nowMs: number): boolean {
    const wasLearning = this.#arrivals.isLearning;
    this.#arrivals.add(tokens, nowMs);
    if (this.#arrivals.isLearning) return true;
    if (wasLearning) {
      this.#setFillRate(nowMs);
      this.#available = this.#capacity;
    }
    return false;
  }

  /** Milliseconds that so many tokens would take with a full bucket; `Infinity` where nothing fills it. */
  leastWaitMs(tokens: number): number {
    return tokens <= this.#capacity ? 0 : (tokens - this.#capacity) / this.#fillPerMs;
  }

  /** Milliseconds until the tokens that were taken may be used; undefined where none were taken. */
  take(tokens: number, mayWaitMs: number, nowMs: number): number | undefined {
    this.#fill(nowMs);
    const deficit = tokens - this.#available;
    const waitMs = deficit <= 0 ? 0 : deficit / this.#fillPerMs;
    if (waitMs > mayWaitMs) return undefined;
    this.#available -= tokens;
    return waitMs;
  }

  giveBack(tokens: number): void {
    this.#available = Math.min(this.#available + tokens, this.#capacity);
  }

  #setFillRate(nowMs: number): void {
    this.#fill(nowMs);
    this.#capacity = this.#arrivals.ratePerSecond * this.#multiplier;
    this.#fillPerMs = this.#capacity / 1000;
    this.#available = Math.min(this.#available, this.#capacity);
  }

  #fill(nowMs: number): void {
    const filled = this.#available + this.#fillPerMs * Math.max(0, nowMs - this.#filledMs);
    this.#available = Math.min(filled, this.#capacity);
    this.#filledMs = nowMs;
  }
}
