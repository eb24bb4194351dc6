import type { Logger } from "./environment.ts";
import { nowMs } from "./time.ts";

const REPEAT_AFTER_MS = 60_000;
const MOST_TOPICS = 256;

/** Says each thing once a minute at most, and counts what it kept to itself: a fault on every request is one line. */
export class Complaints {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #topics = new Map<string, { saidMs: number; unsaid: number }>();

  constructor(logger: Logger, now: () => number = nowMs) {
    this.#logger = logger;
    this.#now = now;
  }

  say(topic: string, message: () => string): void {
    const now = this.#now();
    const known = this.#topics.get(topic);
    if (known !== undefined && now - known.saidMs < REPEAT_AFTER_MS) {
      known.unsaid += 1;
      return;
    }
    if (known === undefined && this.#topics.size === MOST_TOPICS) this.#topics.clear();
    this.#topics.set(topic, { saidMs: now, unsaid: 0 });
    const more = known === undefined || known.unsaid === 0 ? "" : ` (and ${known.unsaid} times since it was said last)`;
    this.#tell(() => printable(message()) + more);
  }

  /** A logger that throws, or a message that has no text, must not take a request down with it. */
  #tell(message: () => string): void {
    try {
      this.#logger.warn(message());
    } catch {
      return;
    }
  }
}

const LONGEST_MESSAGE = 500;

/** Names and texts from outside may carry line breaks or terminal codes, which would forge lines of a log. */
function printable(text: string): string {
  return text.slice(0, LONGEST_MESSAGE).replace(/[\p{Cc}\u2028\u2029]/gu, "?");
}
