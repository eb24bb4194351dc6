/**
 * How much arrived lately: a ring of slices, of which the newest is still filling and does not count.
 *
 *   rate = sum of the full slices / (number of full slices * slice)
 *
 * Until the ring has been around once, and again after a silence as long as the ring, it is still learning: the rate would
 * be too low. As in Aperture, the ring moves only when something arrives.
 */
export class WindowedCounter {
  readonly #sliceMs: number;
  readonly #slices: Float64Array;
  #index = 0;
  #nextMs: number;
  #isLearning = true;

  constructor(fullSlices: number, sliceMs: number, nowMs: number) {
    this.#slices = new Float64Array(fullSlices + 1);
    this.#sliceMs = sliceMs;
    this.#nextMs = nowMs + sliceMs;
  }

  get isLearning(): boolean {
    return this.#isLearning;
  }

  add(amount: number, nowMs: number): void {
    if (nowMs > this.#nextMs) this.#advance(Math.floor((nowMs - this.#nextMs) / this.#sliceMs) + 1);
    this.#slices[this.#index] = (this.#slices[this.#index] ?? 0) + amount;
  }

  /** Units a second. */
  get ratePerSecond(): number {
    let sum = 0;
    for (const [index, amount] of this.#slices.entries()) if (index !== this.#index) sum += amount;
    return sum / (((this.#slices.length - 1) * this.#sliceMs) / 1000);
  }

  #advance(slices: number): void {
    this.#nextMs += slices * this.#sliceMs;
    if (slices >= this.#slices.length) {
      this.#slices.fill(0);
      this.#index = 0;
      this.#isLearning = true;
      return;
    }
    for (let step = 0; step < slices; step += 1) {
      this.#index = (this.#index + 1) % this.#slices.length;
      this.#slices[this.#index] = 0;
      if (this.#index === 0) this.#isLearning = false;
    }
  }
}
