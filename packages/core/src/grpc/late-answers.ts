import { startTimer } from "../time.ts";

/** An agent keeps to the time of its caller: what it answers in the last moment arrives soon after. */
const LATE_MS = 500;

/** Calls that wait on for that; one more is given up at once. */
const MOST_WAITING = 1000;

/** Ends the wait for one answer. `read` throws where there is none. */
export type Arrival<Response> = (read: () => Response) => void;

/**
 * Answers that come when the time of their callers is over. What such an answer lends would be held until it expires, by a
 * flow that knows nothing of it; behind a busy agent's queue, many are given in just that moment.
 */
export class LateAnswers<Request, Response> {
  readonly #take: (request: Request, response: Response) => void;
  #waiting = 0;

  constructor(take: (request: Request, response: Response) => void) {
    this.#take = take;
  }

  /** `giveUp` is called when nothing came for too long. Undefined where too many are waited for. */
  wait(request: Request, giveUp: () => void): Arrival<Response> | undefined {
    if (this.#waiting === MOST_WAITING) return undefined;
    this.#waiting += 1;
    const timer = startTimer(LATE_MS, giveUp);
    return (read) => {
      this.#waiting -= 1;
      timer.cancel();
      this.take(request, read);
    };
  }

  /** Nobody waits, and an answer is there. */
  take(request: Request, read: () => Response): void {
    try {
      this.#take(request, read());
    } catch {
      // It was no answer, and nobody asks for one.
      return;
    }
  }
}
