import type { Awaitable, CallOptions } from "@aperture-flow/core";
import { FairQueue, type QueueEntry } from "../arithmetic/fair-queue.ts";
import { Heap, type HeapEntry } from "../arithmetic/heap.ts";
import type { Clock } from "../time/clock.ts";
import { Alarm } from "./alarm.ts";
import type { Grant, Granted, TokenSource } from "./token-source.ts";
import type { Admittance, QueueFailure, Waiter } from "./waiter.ts";
import type { ScheduledFlow } from "./workload.ts";

/** What a scheduler stands on. */
export interface SchedulerParts {
  readonly source: TokenSource;
  /** Whose tokens the source is asked for. */
  readonly label: string;
  readonly clock: Clock;
  /** Called when nobody waits any more, and the scheduler can be forgotten. */
  readonly whenIdle: () => void;
}

/**
 * Lets flows wait for the tokens of one label, in fair order. It exists while somebody waits.
 *
 * One flow at a time is *served*: it asks the source, and waits for what it was promised, or until tokens come back. All
 * others stand in a {@link FairQueue} behind it. So an order that was decided is never undone by a later arrival, and the
 * source is asked once for each flow, not once for each flow and each change.
 *
 * Whoever leaves, by a deadline or because the caller is gone, leaves no trace in queue, heap or source. All deadlines and
 * promises share one timer.
 */
export class FairScheduler {
  readonly #parts: SchedulerParts;
  readonly #queue = new FairQueue<Waiter>();
  readonly #deadlines = new Heap<Waiter>();
  readonly #alarm: Alarm;
  #served: Waiter | undefined;
  /** When whoever is served gets what it was promised, or asks again. Undefined while it asks. */
  #resumeMs: number | undefined;
  #isServing = false;
  /** Tokens came back while the source was being asked: its answer may be too old. */
  #isStale = false;
  #waitingTokens = 0;
  #admittedTokens = 0;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts.clock, () => this.#ring());
  }

  /** Queues a flow for up to `timeoutMs`. */
  wait(flow: ScheduledFlow, timeoutMs: number, { signal }: CallOptions): Awaitable<Admittance> {
    if (signal?.aborted === true) return refused("cancelled");
    return new Promise((settle) => {
      const waiter: Waiter = {
        flow,
        settle,
        deadlineMs: this.#parts.clock.nowMs() + timeoutMs,
        turn: this.#waitingTokens + this.#admittedTokens,
        settled: false,
        entry: undefined,
        deadline: undefined,
        promised: undefined,
        stopListening: undefined,
      };
      if (signal !== undefined) waiter.stopListening = onAbort(signal, () => this.#giveUp(waiter, "cancelled"));
      this.#enter(waiter);
    });
  }

  /** Tokens came back: whoever is served asks again, and what it was promised may be there already. */
  wake(): void {
    const waiter = this.#served;
    if (waiter === undefined) return;
    if (this.#resumeMs === undefined) {
      this.#isStale = true;
      return;
    }
    this.#resumeMs = undefined;
    this.#breakPromise(waiter);
    this.#ask(waiter);
    this.#serveNext();
  }

  /** Lets everybody go, without tokens: the limit that they wait for is no longer in force. */
  dissolve(): void {
    const waiter = this.#served;
    if (waiter !== undefined && !waiter.settled) {
      const isAsking = this.#resumeMs === undefined;
      this.#breakPromise(waiter);
      this.#settle(waiter, FREE);
      // An answer that is under way finds it settled.
      if (!isAsking) this.#done(waiter, false);
    }
    for (let next = this.#queue.next(); next !== undefined; next = this.#queue.next()) {
      this.#settle(next.value, FREE);
      this.#queue.finish(next, false);
    }
    this.#serveNext();
  }

  #enter(waiter: Waiter): void {
    this.#waitingTokens += waiter.flow.tokens;
    waiter.entry = this.#queue.arrive(waiter, waiter.flow);
    waiter.deadline = this.#deadlines.push(waiter.deadlineMs, waiter);
    if (this.#served === undefined) this.#serve(waiter);
    else this.#queue.queue(waiter.entry);
    this.#serveNext();
  }

  /** A loop, not a recursion: one release may let thousands through. */
  #serveNext(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#served === undefined) {
      const next = this.#queue.next();
      if (next === undefined) break;
      this.#serve(next.value);
    }
    this.#isServing = false;
    this.#alarm.set(Math.min(this.#resumeMs ?? NEVER, this.#deadlines.first?.key ?? NEVER));
    if (this.#served === undefined) this.#parts.whenIdle();
  }

  #ring(): void {
    const nowMs = this.#parts.clock.nowMs();
    // Tokens that are there in the same moment are worth more than the deadline.
    if (this.#resumeMs !== undefined && this.#resumeMs <= nowMs) this.#resume(this.#served as Waiter);
    for (let first = this.#deadlines.first; first !== undefined && first.key <= nowMs; first = this.#deadlines.first) {
      this.#giveUp(first.value, "timeout");
    }
    this.#serveNext();
  }

  #resume(waiter: Waiter): void {
    this.#resumeMs = undefined;
    if (waiter.promised === undefined) this.#ask(waiter);
    else this.#admit(waiter, waiter.promised);
    this.#serveNext();
  }

  #serve(waiter: Waiter): void {
    this.#served = waiter;
    this.#ask(waiter);
  }

  #ask(waiter: Waiter): void {
    const { source, label, clock } = this.#parts;
    const leftMs = waiter.deadlineMs - clock.nowMs();
    // Timers may be late: whoever should have left by now gets no tokens.
    if (leftMs < 0) {
      this.#refuse(waiter, refused("timeout"));
      return;
    }
    this.#isStale = false;
    try {
      const grant = source.take(label, waiter.flow.tokens, leftMs);
      if (grant instanceof Promise) {
        grant.then(
          (settled) => this.#answeredLater(waiter, settled),
          (error) => this.#answeredLater(waiter, unreachable(error)),
        );
      } else this.#answered(waiter, grant);
    } catch (error) {
      this.#answered(waiter, unreachable(error));
    }
  }

  #answeredLater(waiter: Waiter, answer: Grant | Unreachable): void {
    if (waiter.settled) {
      if (!("error" in answer) && answer.granted) this.#giveBack(answer);
      this.#done(waiter, false);
    } else this.#answered(waiter, answer);
    this.#serveNext();
  }

  #answered(waiter: Waiter, answer: Grant | Unreachable): void {
    if ("error" in answer) {
      this.#settle(waiter, { ...FREE, error: answer.error });
      this.#done(waiter, true);
    } else if (!answer.granted) {
      const { retryMs, waitMs } = answer;
      if (retryMs === undefined) this.#refuse(waiter, { admitted: false, why: "no-tokens", waitMs });
      else if (this.#isStale) this.#ask(waiter);
      else this.#resumeMs = this.#parts.clock.nowMs() + retryMs;
    } else if (answer.waitMs > 0) {
      waiter.promised = answer;
      this.#resumeMs = Math.min(this.#parts.clock.nowMs() + answer.waitMs, waiter.deadlineMs);
      if (this.#isStale) this.wake();
    } else this.#admit(waiter, answer);
  }

  #refuse(waiter: Waiter, admittance: Admittance): void {
    this.#settle(waiter, admittance);
    this.#done(waiter, false);
  }

  #admit(waiter: Waiter, granted: Granted): void {
    const overtakenTokens = waiter.turn - this.#admittedTokens;
    this.#admittedTokens += waiter.flow.tokens;
    this.#settle(waiter, { admitted: true, granted, overtakenTokens });
    this.#done(waiter, true);
  }

  #giveUp(waiter: Waiter, why: QueueFailure): void {
    if (waiter.settled) return;
    const isAsking = this.#served === waiter && this.#resumeMs === undefined;
    this.#settle(waiter, refused(why));
    if (this.#served !== waiter) {
      this.#queue.cancel(waiter.entry as QueueEntry<Waiter>);
      return;
    }
    // Whoever is being asked for is let go of when the answer comes.
    if (isAsking) return;
    this.#breakPromise(waiter);
    this.#done(waiter, false);
    this.#serveNext();
  }

  #settle(waiter: Waiter, admittance: Admittance): void {
    waiter.settled = true;
    this.#waitingTokens -= waiter.flow.tokens;
    this.#deadlines.remove(waiter.deadline as HeapEntry<Waiter>);
    waiter.stopListening?.();
    waiter.settle(admittance);
  }

  #done(waiter: Waiter, served: boolean): void {
    this.#resumeMs = undefined;
    this.#served = undefined;
    this.#queue.finish(waiter.entry as QueueEntry<Waiter>, served);
  }

  #breakPromise(waiter: Waiter): void {
    if (waiter.promised !== undefined) this.#giveBack(waiter.promised);
    waiter.promised = undefined;
  }

  /** The bucket of a store that is away fills by itself; there is nobody to tell. */
  #giveBack(granted: Granted): void {
    try {
      const given = this.#parts.source.giveBack(this.#parts.label, granted);
      if (given instanceof Promise) given.catch(() => undefined);
    } catch {
      return;
    }
  }
}

const NEVER = Number.POSITIVE_INFINITY;

function onAbort(signal: AbortSignal, run: () => void): () => void {
  signal.addEventListener("abort", run);
  return () => signal.removeEventListener("abort", run);
}

/** The source could not be asked. */
interface Unreachable {
  readonly error: unknown;
}

function unreachable(error: unknown): Unreachable {
  return { error };
}

const NO_TOKENS = Object.freeze({ consumed: 0, remaining: 0, current: 0 });

/** Let through without tokens. */
const FREE = Object.freeze({
  admitted: true,
  granted: Object.freeze({ granted: true, tokens: NO_TOKENS, waitMs: 0 }),
  overtakenTokens: 0,
} as const);

function refused(why: QueueFailure): Admittance {
  return { admitted: false, why, waitMs: 0 };
}
