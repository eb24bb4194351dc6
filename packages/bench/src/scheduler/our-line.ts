import type { CallOptions } from "@aperture-flow/core";
import { systemClock } from "@aperture-flow/engine";
// No part of what the engine exports, as it is of no use alone.
import { FairScheduler } from "../../../engine/dist/schedule/fair-scheduler.js";
import type { Grant, TokenSource } from "../../../engine/dist/schedule/token-source.js";
import type { ScheduledFlow } from "../../../engine/dist/schedule/workload.js";
import { BareSignal } from "./bare-signal.ts";
import { type Line, shares, timeouts } from "./line.ts";

const NO_SIGNAL: CallOptions = Object.freeze({});
const WORKLOADS = ["background", "default", "checkout", "health"];

/** Flows of four workloads with different priorities; `users` shares out the turns of a workload among so many. */
export function ourLine(users = 0): Line {
  const { enter, admit } = ourScheduler(users);
  return {
    enter: () => enter(NO_SIGNAL),
    turn: () => {
      enter(NO_SIGNAL);
      admit();
    },
  };
}

/** The same, where anybody may give up while nobody is admitted. */
export function leavingLine(waiting: number): Line {
  const { enter } = ourScheduler(0);
  const random = shares();
  const signals: BareSignal[] = [];
  const enterWith = (): BareSignal => {
    const signal = new BareSignal();
    // A real signal would cost more than all that is measured.
    enter({ signal: signal as unknown as AbortSignal });
    return signal;
  };
  return {
    enter: () => signals.push(enterWith()),
    turn: () => {
      const who = Math.floor(random() * waiting);
      signals[who]?.abort();
      signals[who] = enterWith();
    },
  };
}

interface OurScheduler {
  readonly enter: (call: CallOptions) => void;
  /** A token comes back. */
  readonly admit: () => void;
}

function ourScheduler(users: number): OurScheduler {
  const source = new OneToken();
  const scheduler = new FairScheduler({ source, label: "", clock: systemClock(), whenIdle: () => undefined });
  const mayWait = timeouts();
  const flows = flowsOf(users);
  let arrivals = 0;
  return {
    enter: (call) => {
      arrivals = (arrivals + 1) % flows.length;
      void scheduler.wait(flows[arrivals] as ScheduledFlow, mayWait(), call);
    },
    admit: () => {
      source.isFree = true;
      scheduler.wake();
    },
  };
}

/** What the limiter makes of the labels of flows, made beforehand: nobody is measured by it. */
function flowsOf(users: number): readonly ScheduledFlow[] {
  return Array.from({ length: Math.max(users, WORKLOADS.length) }, (_, index) => {
    const kind = index % WORKLOADS.length;
    const fairness = users === 0 ? "" : `user-${index}`;
    return { workload: WORKLOADS[kind] as string, priority: 1 + kind, tokens: 1, fairness, queueTimeoutMs: undefined };
  });
}

const TOKENS = Object.freeze({ consumed: 1, remaining: 0, current: 0 });
const GRANTED: Grant = Object.freeze({ granted: true, tokens: TOKENS, waitMs: 0 });
const NOT_GRANTED: Grant = Object.freeze({
  granted: false,
  tokens: TOKENS,
  retryMs: Number.POSITIVE_INFINITY,
  waitMs: 0,
});

/** One token for all, which nobody gets back by waiting: next to no work of its own. */
class OneToken implements TokenSource {
  isFree = false;

  arrive(): boolean {
    return false;
  }

  leastWaitMs(): number {
    return 0;
  }

  take(): Grant {
    if (!this.isFree) return NOT_GRANTED;
    this.isFree = false;
    return GRANTED;
  }

  giveBack(): void {}
}
