import { FlatHeap } from "./flat-heap.ts";
import { type Line, shares, timeouts } from "./line.ts";
import { ObjectHeap } from "./object-heap.ts";

/**
 * The least that a queue with an order does: keep entries by a key, and find the least. Nobody is told of their turn, and
 * nobody can leave before it.
 *
 * A key is that of the last who left and something more, as deadlines and finish times are.
 */
export function objectHeap(): Line {
  const heap = new ObjectHeap<object>();
  const ahead = timeouts();
  let now = 0;
  const enter = (): void => heap.push({ key: now + ahead(), value: heap });
  return {
    enter,
    turn: () => {
      enter();
      now = heap.pop()?.key ?? now;
    },
  };
}

export function flatHeap(waiting: number): Line {
  const heap = new FlatHeap(waiting + 1);
  const ahead = timeouts();
  let now = 0;
  const enter = (): void => heap.push(now + ahead(), 0);
  return {
    enter,
    turn: () => {
      enter();
      now = heap.leastKey;
      heap.pop();
    },
  };
}

/** Deadlines alone, as most keep them: a timer for each, which is stopped when the turn comes first. */
export function timerEach(waiting: number): Line {
  const timers: NodeJS.Timeout[] = [];
  const ahead = timeouts();
  let oldest = 0;
  const arm = (): NodeJS.Timeout => setTimeout(ignore, ahead());
  return {
    enter: () => timers.push(arm()),
    turn: () => {
      clearTimeout(timers[oldest]);
      timers[oldest] = arm();
      oldest = (oldest + 1) % waiting;
    },
  };
}

/** A timer for each, and anybody may leave. */
export function leavingTimers(waiting: number): Line {
  const timers: NodeJS.Timeout[] = [];
  const ahead = timeouts();
  const random = shares();
  const arm = (): NodeJS.Timeout => setTimeout(ignore, ahead());
  return {
    enter: () => timers.push(arm()),
    turn: () => {
      const who = Math.floor(random() * waiting);
      clearTimeout(timers[who]);
      timers[who] = arm();
    },
  };
}

function ignore(): void {}
