import type { ServerResponse } from "node:http";

/**
 * One who must know when a client leaves. Those of a connection form a ring, so that to join it and to leave it makes no
 * object: a set of functions was a tenth of an admission. A connection's own, which is told by nobody, holds the ring.
 */
export class Departure {
  #next: Departure = this;
  #previous: Departure = this;
  #isOver = false;

  /** Nobody is left to answer. Called at most once, and not after {@link forget}. */
  protected left(): void {}

  /** The response it waits for has been handed to the system. Called at most once, and not after {@link forget}. */
  protected finished(): void {}

  /** Whether this response is the one it waits for. */
  protected awaits(_response: ServerResponse): boolean {
    return false;
  }

  /** The client has left. */
  leave(): void {
    if (this.#isOver) return;
    this.forget();
    this.left();
  }

  /** The response has finished. */
  finish(): void {
    if (this.#isOver) return;
    this.forget();
    this.finished();
  }

  /** Nobody wants to know any more. */
  forget(): void {
    this.#isOver = true;
    this.#previous.#next = this.#next;
    this.#next.#previous = this.#previous;
    this.#next = this;
    this.#previous = this;
  }

  join(ring: Departure): void {
    const last = ring.#previous;
    this.#previous = last;
    this.#next = ring;
    last.#next = this;
    ring.#previous = this;
  }

  /** Tells all that have joined. Each takes itself off. */
  leaveAll(): void {
    while (this.#next !== this) this.#next.leave();
  }

  /** Tells those that have joined and wait for this response; each takes itself off, and whoever is told may take off others. */
  finishAll(response: ServerResponse): void {
    let one = this.#next;
    while (one !== this) {
      if (one.awaits(response)) {
        one.finish();
        one = this.#next;
      } else {
        one = one.#next;
      }
    }
  }
}
