/**
 * A bucket is so many numbers of an array: what is available, the last fill, and the moment before which nothing is filled,
 * -Infinity where no fill is put off. As properties of an object each of them would be an object on the heap, and a take
 * a third dearer (Node 20).
 */
export const BUCKET_WIDTH = 3;

const LAST_FILL = 1;
const START_FILL = 2;

/** What does not change from one take to the next. */
export interface BucketSettings {
  readonly capacity: number;
  readonly fillAmount: number;
  readonly fillIntervalMs: number;
  /** True: tokens drip in evenly. False: `fillAmount` arrives at the end of each whole interval. */
  readonly continuousFill: boolean;
  /** A full bucket starts to fill only after the time that filling it whole would take. */
  readonly delayInitialFill: boolean;
  /** A bucket nobody asked for this long is forgotten, and starts full; 0 for never. */
  readonly idleMs: number;
}

/** What one flow wants of a bucket. */
export interface BucketAsk {
  readonly settings: BucketSettings;
  /** Finite; negative gives tokens back. */
  readonly tokens: number;
  /** How far into debt a take may go, as waiting time; 0 grants only what is there. */
  readonly mayWaitMs: number;
}

/** What a bucket says to an ask. */
export interface BucketAnswer {
  readonly granted: boolean;
  readonly remaining: number;
  /** Granted: how long to wait before the tokens may be used. Not granted: when this ask would fit; 0 where never. */
  readonly waitMs: number;
}

/** What rounding may take from a bucket: without it, a retry after exactly `waitMs` could come too early. */
const ROUNDING = 1e-9;

/** Makes a bucket that of a key that was never asked before. */
export function startFull(cells: Float64Array, at: number, settings: BucketSettings, nowMs: number): void {
  cells[at] = settings.capacity;
  cells[at + LAST_FILL] = nowMs;
  cells[at + START_FILL] = Number.NEGATIVE_INFINITY;
}

/**
 * Fills a bucket, which begins at `at` in `cells`, and takes what is asked. There is no timer: a bucket is filled when it is
 * asked, from the time that has passed. It is changed in place: one is touched for every decision.
 *
 *   continuous  available = min(capacity, available + fill * elapsed / interval)
 *   stepped     available = min(capacity, available + fill * floor(elapsed / interval))
 *   waitMs      lastFill + timeToFill(deficit) - now
 *
 * Invariant: available <= capacity, and the grants of any window never exceed capacity + fill * (window / interval + 1).
 * A caller that may wait takes tokens that are not there yet: available goes negative, and everybody sees the debt.
 *
 * With an initial delay, a full bucket puts its next fill off by the time that filling it whole would take; it does so
 * each time it is full, as Aperture's does. Unlike Aperture's, a lowered capacity applies at once also while a fill is put
 * off, and the wait for a stepped fill that was put off counts the step that arrives at its end.
 *
 * Not a window counter, which lets twice the limit through around the edge of a window; not GCRA, whose single number
 * cannot hold stepped fills and changes of capacity.
 */
export function takeTokens(cells: Float64Array, at: number, ask: BucketAsk, nowMs: number): BucketAnswer {
  const { settings, tokens } = ask;
  const available = refill(cells, at, settings, nowMs);
  // NaN or an infinity taken once would stay in the bucket for ever.
  if (!Number.isFinite(tokens)) return { granted: false, remaining: available, waitMs: 0 };
  if (tokens <= 0 || tokens - available <= ROUNDING) {
    const left = available - tokens;
    const remaining = tokens > 0 ? Math.max(left, 0) : Math.min(left, settings.capacity);
    cells[at] = remaining;
    return { granted: true, remaining, waitMs: 0 };
  }
  return takeAhead(cells, at, ask, nowMs);
}

/** How long an ask that does not fit must wait, and whether it may. */
function takeAhead(cells: Float64Array, at: number, ask: BucketAsk, nowMs: number): BucketAnswer {
  const { settings, tokens, mayWaitMs } = ask;
  const available = cells[at] as number;
  const deficit = tokens - available;
  const neverFits = settings.fillAmount === 0 || (mayWaitMs <= 0 && tokens > settings.capacity);
  if (neverFits) return { granted: false, remaining: available, waitMs: 0 };
  const waitMs = Math.max(0, (cells[at + LAST_FILL] as number) - nowMs + timeToFillMs(settings, deficit));
  if (!(mayWaitMs > 0 && waitMs <= mayWaitMs)) return { granted: false, remaining: available, waitMs };
  cells[at] = -deficit;
  return { granted: true, remaining: -deficit, waitMs };
}

/** What is available now. */
function refill(cells: Float64Array, at: number, settings: BucketSettings, nowMs: number): number {
  const { capacity, fillAmount, fillIntervalMs, continuousFill } = settings;
  const lastFillMs = cells[at + LAST_FILL] as number;
  const elapsedMs = nowMs - lastFillMs;
  let available = cells[at] as number;
  if (nowMs >= (cells[at + START_FILL] as number) && elapsedMs > 0) {
    if (continuousFill) {
      available += (fillAmount * elapsedMs) / fillIntervalMs;
      cells[at + LAST_FILL] = nowMs;
    } else if (elapsedMs >= fillIntervalMs) {
      const steps = Math.floor(elapsedMs / fillIntervalMs);
      available += fillAmount * steps;
      cells[at + LAST_FILL] = lastFillMs + steps * fillIntervalMs;
    }
  }
  if (available >= capacity) {
    available = capacity;
    if (settings.delayInitialFill) putOffFill(cells, at, settings, nowMs);
  }
  cells[at] = available;
  return available;
}

function putOffFill(cells: Float64Array, at: number, settings: BucketSettings, nowMs: number): void {
  const startFillMs = nowMs + timeToFillMs(settings, settings.capacity);
  cells[at + START_FILL] = startFillMs;
  cells[at + LAST_FILL] = settings.continuousFill ? startFillMs : startFillMs - settings.fillIntervalMs;
}

/** The time in which `tokens` flow in; 0 where nothing ever does. */
export function timeToFillMs(settings: BucketSettings, tokens: number): number {
  if (settings.fillAmount === 0) return 0;
  const intervals = tokens / settings.fillAmount;
  return (settings.continuousFill ? intervals : Math.ceil(intervals)) * settings.fillIntervalMs;
}

/** The longest that a bucket can take from any ask until it is full, and so the same as one that was never asked. */
export function recoveryMs({ settings, mayWaitMs }: BucketAsk): number {
  if (settings.fillAmount === 0) return Number.POSITIVE_INFINITY;
  const fillMs = timeToFillMs(settings, settings.capacity);
  return mayWaitMs + fillMs + (settings.delayInitialFill ? fillMs : 0) + settings.fillIntervalMs;
}
