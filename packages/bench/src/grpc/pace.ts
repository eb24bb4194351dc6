/** Spreads turns evenly over time. Who is late catches up. */
export class Pace {
  readonly #betweenMs: number;
  #nextMs: number;

  /** @param perSecond `Infinity` for as many as come */
  constructor(perSecond: number, nowMs: number) {
    this.#betweenMs = 1000 / perSecond;
    this.#nextMs = nowMs;
  }

  /** Milliseconds until the next turn may begin; 0 or less for at once. */
  next(nowMs: number): number {
    const waitMs = this.#nextMs - nowMs;
    this.#nextMs += this.#betweenMs;
    return waitMs;
  }
}
