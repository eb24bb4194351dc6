import type { Awaitable, CallOptions } from "@aperture-flow/core";
import { FairQueue } from "../arithmetic/fair-queue.ts";
import { Heap, NOWHERE } from "../arithmetic/heap.ts";
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
  /** Tokens that whoever is served may use then. */
  #promised: Granted | undefined;
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
        tokens: flow.tokens,
        turn: this.#waitingTokens + this.#admittedTokens,
        settle,
        stopListening: undefined,
        place: NOWHERE,
        lane: undefined,
        lanes: 0,
        previous: undefined,
        next: undefined,
      };
      if (signal !== undefined) this.#listen(waiter, signal);
      this.#enter(waiter, flow, timeoutMs);
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
    const nowMs = this.#parts.clock.nowMs();
    this.#resumeMs = undefined;
    this.#breakPromise();
    this.#ask(waiter, nowMs);
    this.#serveNext(nowMs);
  }

  /** Lets everybody go, without tokens: the limit that they wait for is no longer in force. */
  dissolve(): void {
    const waiter = this.#served;
    if (waiter?.settle !== undefined) {
      const isAsking = this.#resumeMs === undefined;
      this.#breakPromise();
      this.#settle(waiter, FREE);
      // An answer that is under way finds it settled.
      if (!isAsking) this.#done(waiter, false);
    }
    for (let next = this.#queue.next(); next !== undefined; next = this.#queue.next()) {
      this.#settle(next, FREE);
      this.#queue.finish(next, false);
    }
    this.#serveNext(this.#parts.clock.nowMs());
  }

  #listen(waiter: Waiter, signal: AbortSignal): void {
    const leave = () => this.#giveUp(waiter, "cancelled");
    signal.addEventListener("abort", leave);
    waiter.stopListening = () => signal.removeEventListener("abort", leave);
  }

  #enter(waiter: Waiter, flow: ScheduledFlow, timeoutMs: number): void {
    const nowMs = this.#parts.clock.nowMs();
    this.#waitingTokens += waiter.tokens;
    this.#queue.arrive(waiter, flow);
    this.#deadlines.push(nowMs + timeoutMs, waiter);
    if (this.#served === undefined) this.#serve(waiter, nowMs);
    else this.#queue.queue(waiter);
    this.#serveNext(nowMs);
  }

  /**
   * A loop, not a recursion: one release may let thousands through. Nor is the clock read for each of them, which would
   * cost as much as the rest of their turn.
   */
  #serveNext(nowMs: number): void {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#served === undefined) {
      const next = this.#queue.next();
      if (next === undefined) break;
      this.#serve(next, nowMs);
    }
    this.#isServing = false;
    this.#alarm.set(Math.min(this.#resumeMs ?? NEVER, this.#deadlines.leastKey));
    if (this.#served === undefined) this.#parts.whenIdle();
  }

  #ring(): void {
    const nowMs = this.#parts.clock.nowMs();
    // Tokens that are there in the same moment are worth more than the deadline.
    if (this.#resumeMs !== undefined && this.#resumeMs <= nowMs) this.#resume(this.#served as Waiter, nowMs);
    while (this.#deadlines.leastKey <= nowMs) this.#giveUp(this.#deadlines.first as Waiter, "timeout");
    this.#serveNext(nowMs);
  }

  #resume(waiter: Waiter, nowMs: number): void {
    this.#resumeMs = undefined;
    if (this.#promised === undefined) this.#ask(waiter, nowMs);
    else this.#admit(waiter, this.#promised);
    this.#serveNext(nowMs);
  }

  #serve(waiter: Waiter, nowMs: number): void {
    this.#served = waiter;
    this.#ask(waiter, nowMs);
  }

  #ask(waiter: Waiter, nowMs: number): void {
    const { source, label } = this.#parts;
    const leftMs = this.#deadlineMs(waiter) - nowMs;
    // Timers may be late: whoever should have left by now gets no tokens.
    if (leftMs < 0) {
      this.#refuse(waiter, refused("timeout"));
      return;
    }
    this.#isStale = false;
    try {
      const grant = source.take(label, waiter.tokens, leftMs);
      if (grant instanceof Promise) this.#await(waiter, grant);
      else this.#answered(waiter, grant, nowMs);
    } catch (error) {
      this.#answered(waiter, unreachable(error), nowMs);
    }
  }

  /** By itself: what a closure captures would be set aside for waiters whose source answers at once, too. */
  #await(waiter: Waiter, grant: Promise<Grant>): void {
    grant.then(
      (settled) => this.#answeredLater(waiter, settled),
      (error) => this.#answeredLater(waiter, unreachable(error)),
    );
  }

  #answeredLater(waiter: Waiter, answer: Grant | Unreachable): void {
    const nowMs = this.#parts.clock.nowMs();
    if (waiter.settle === undefined) {
      if (!("error" in answer) && answer.granted) this.#giveBack(answer);
      this.#done(waiter, false);
    } else this.#answered(waiter, answer, nowMs);
    this.#serveNext(nowMs);
  }

  #answered(waiter: Waiter, answer: Grant | Unreachable, nowMs: number): void {
    if ("error" in answer) {
      this.#settle(waiter, { ...FREE, error: answer.error });
      this.#done(waiter, true);
    } else if (!answer.granted) {
      const { retryMs, waitMs } = answer;
      if (retryMs === undefined) this.#refuse(waiter, { admitted: false, why: "no-tokens", waitMs });
      else if (this.#isStale) this.#ask(waiter, nowMs);
      else this.#resumeMs = nowMs + retryMs;
    } else if (answer.waitMs > 0) {
      this.#promised = answer;
      this.#resumeMs = Math.min(nowMs + answer.waitMs, this.#deadlineMs(waiter));
      if (this.#isStale) this.wake();
    } else this.#admit(waiter, answer);
  }

  #refuse(waiter: Waiter, admittance: Admittance): void {
    this.#settle(waiter, admittance);
    this.#done(waiter, false);
  }

  #admit(waiter: Waiter, granted: Granted): void {
    const overtakenTokens = waiter.turn - this.#admittedTokens;
    this.#admittedTokens += waiter.tokens;
    this.#settle(waiter, { admitted: true, granted, overtakenTokens });
    this.#done(waiter, true);
  }

  #giveUp(waiter: Waiter, why: QueueFailure): void {
    if (waiter.settle === undefined) return;
    const isAsking = this.#served === waiter && this.#resumeMs === undefined;
    this.#settle(waiter, refused(why));
    if (this.#served !== waiter) {
      this.#queue.cancel(waiter);
      return;
    }
    // Whoever is being asked for is let go of when the answer comes.
    if (isAsking) return;
    this.#breakPromise();
    this.#done(waiter, false);
    this.#serveNext(this.#parts.clock.nowMs());
  }

  #settle(waiter: Waiter, admittance: Admittance): void {
    this.#waitingTokens -= waiter.tokens;
    this.#deadlines.remove(waiter);
    waiter.stopListening?.();
    waiter.settle?.(admittance);
    waiter.settle = undefined;
  }

  #done(waiter: Waiter, served: boolean): void {
    this.#resumeMs = undefined;
    this.#promised = undefined;
    this.#served = undefined;
    this.#queue.finish(waiter, served);
  }

  /** Of one that was not told yet. */
  #deadlineMs(waiter: Waiter): number {
    return this.#deadlines.keyOf(waiter) ?? NEVER;
  }

  #breakPromise(): void {
    if (this.#promised !== undefined) this.#giveBack(this.#promised);
    this.#promised = undefined;
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
