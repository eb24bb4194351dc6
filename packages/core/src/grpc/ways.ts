import type { AgentSettings } from "../agent-options.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { AgentTransport } from "./agent-transport.ts";
import { Breaker } from "./breaker.ts";
import { openTransport } from "./open-transport.ts";

/** A connection on which nothing was answered for so long is made anew: its other end may be gone without a word. */
const STUCK_AFTER_MS = 30_000;

/** With so many calls on the first connection, a second one is worth it. */
const BUSY = 8;

/** One of the connections to an agent, and what is known of the calls on it. */
export class Way {
  readonly transport: AgentTransport;
  outstanding = 0;
  /** Lets nothing through and holds nothing back: it only tells when this connection is stuck. */
  readonly #breaker = new Breaker();

  constructor(transport: AgentTransport) {
    this.transport = transport;
  }

  get isReady(): boolean {
    return this.transport.state() === "ready";
  }

  /** Taken when a call is made, and handed back when it has timed out. */
  get answers(): number {
    return this.#breaker.answers;
  }

  answered(): void {
    this.#breaker.answered();
  }

  timedOut(answersBefore: number, nowMs: number): void {
    this.#breaker.timedOut(answersBefore, nowMs);
    if (this.#breaker.stuck(nowMs, STUCK_AFTER_MS)) this.transport.reopen();
  }
}

/**
 * The connections to an agent: one, and a second one as soon as many calls wait at one time. On one alone, a busy client and
 * its agent take turns, since each works off all that has come before it sends anything: on two they work at the same time,
 * for a fifth more flows a second over grpc-js, and a quarter over `node:http2`. A third adds nothing to that.
 *
 * As long as the second does not stand, all calls take the first.
 */
export class Ways {
  readonly #settings: AgentSettings;
  readonly #first: Way;
  #second: Way | undefined;

  constructor(settings: AgentSettings) {
    this.#settings = settings;
    this.#first = new Way(openTransport(settings));
  }

  /** The one for the next call: while few wait the first, else the one on which fewer do. */
  next(): Way {
    const first = this.#first;
    const few = first.outstanding < BUSY;
    if (this.#second === undefined) {
      // An agent that is not there is not called twice.
      if (!few && first.isReady) this.#second = new Way(openTransport(this.#settings));
      return first;
    }
    const second = this.#second;
    const takesFirst = few || first.outstanding <= second.outstanding;
    if (takesFirst ? first.isReady : !second.isReady) return first;
    return second.isReady ? second : first;
  }

  state(): ConnectionState {
    return this.#second?.isReady === true ? "ready" : this.#first.transport.state();
  }

  /** True when one of them stands, false when the first does not within the time or was closed meanwhile. */
  ready(timeoutMs: number): Promise<boolean> {
    return this.#second?.isReady === true ? Promise.resolve(true) : this.#first.transport.ready(timeoutMs);
  }

  /** Calls that are on their way are still answered. */
  close(): void {
    this.#first.transport.close();
    this.#second?.transport.close();
  }
}
