const CAPACITY = 20;
const EARNED_BY_SUCCESS = 0.1;

/** How many retries there may be: every tenth success earns one, so that an agent in trouble gets no more calls than usual. */
export class RetryBudget {
  #retries = CAPACITY;

  take(): boolean {
    if (this.#retries < 1) return false;
    this.#retries -= 1;
    return true;
  }

  succeeded(): void {
    this.#retries = Math.min(this.#retries + EARNED_BY_SUCCESS, CAPACITY);
  }
}
