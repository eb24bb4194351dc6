/** Wall-clock and timers: with environment.ts, the only place in this package that names them. */
export interface Timer {
  cancel(): void;
}

/** To ask for it each time costs two thirds of a reading of the clock. */
const { timeOrigin } = performance;

/** Milliseconds since the epoch, from one wall reading plus monotonic progress: it never runs backwards. */
export function nowMs(): number {
  return timeOrigin + performance.now();
}

/** The wall clock as it stands now, to compare with a date from outside. It may jump. */
export function wallMs(): number {
  return Date.now();
}

/** The longest delay that a Node timer takes; beyond it, it would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `run` once after `delayMs`; does not keep the process alive. */
export function startTimer(delayMs: number, run: () => void): Timer {
  const timeout = setTimeout(run, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS));
  timeout.unref();
  return { cancel: () => clearTimeout(timeout) };
}

/**
 * Calls `run` when input that has already arrived was read. A process that was busy finds its timers due before it reads
 * the answers that came in time.
 */
export function afterArrivedInput(run: () => void): void {
  setImmediate(run);
}

/** Resolves after `delayMs`; does not keep the process alive. */
export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    startTimer(delayMs, resolve);
  });
}

/** A fifth more or less: those who wait for the same thing do not all come back at the same moment. */
export function jittered(delayMs: number): number {
  return delayMs * (0.8 + 0.4 * Math.random());
}

/** As {@link startTimer}, but the process stays alive for it. */
export function startHoldingTimer(delayMs: number, run: () => void): Timer {
  const timeout = setTimeout(run, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS));
  return { cancel: () => clearTimeout(timeout) };
}
