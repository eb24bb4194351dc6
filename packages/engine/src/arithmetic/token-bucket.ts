/**
 * A token bucket without a timer: it is filled when it is asked, from the time that has passed.
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
export interface TokenBucket {
  available: number;
  lastFillMs: number;
  /** No fill before this moment; -Infinity where none is put off. */
  startFillMs: number;
}

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

/** Makes `bucket` the bucket of a key that was never asked before. */
export function startFull(bucket: TokenBucket, settings: BucketSettings, nowMs: number): void {
  bucket.available = settings.capacity;
  bucket.lastFillMs = nowMs;
  bucket.startFillMs = Number.NEGATIVE_INFINITY;
}

/** Fills the bucket and takes what is asked. The bucket is changed in place: one is touched for every decision. */
export function takeTokens(bucket: TokenBucket, ask: BucketAsk, nowMs: number): BucketAnswer {
  const { settings, tokens } = ask;
  refill(bucket, settings, nowMs);
  // NaN or an infinity taken once would stay in the bucket for ever.
  if (!Number.isFinite(tokens)) return { granted: false, remaining: bucket.available, waitMs: 0 };
  const deficit = tokens - bucket.available;
  if (tokens <= 0 || deficit <= ROUNDING) {
    const left = bucket.available - tokens;
    bucket.available = tokens > 0 ? Math.max(left, 0) : Math.min(left, settings.capacity);
    return { granted: true, remaining: bucket.available, waitMs: 0 };
  }
  return takeAhead(bucket, ask, deficit, nowMs);
}

/** How long an ask that does not fit must wait, and whether it may. */
function takeAhead(bucket: TokenBucket, ask: BucketAsk, deficit: number, nowMs: number): BucketAnswer {
  const { settings, tokens, mayWaitMs } = ask;
  const neverFits = settings.fillAmount === 0 || (mayWaitMs <= 0 && tokens > settings.capacity);
  if (neverFits) return { granted: false, remaining: bucket.available, waitMs: 0 };
  const waitMs = Math.max(0, bucket.lastFillMs - nowMs + timeToFillMs(settings, deficit));
  const granted = mayWaitMs > 0 && waitMs <= mayWaitMs;
  if (granted) bucket.available = -deficit;
  return { granted, remaining: bucket.available, waitMs };
}

function refill(bucket: TokenBucket, settings: BucketSettings, nowMs: number): void {
  const { capacity, fillAmount, fillIntervalMs, continuousFill } = settings;
  const elapsedMs = nowMs - bucket.lastFillMs;
  if (nowMs >= bucket.startFillMs && elapsedMs > 0) {
    if (continuousFill) {
      bucket.available += (fillAmount * elapsedMs) / fillIntervalMs;
      bucket.lastFillMs = nowMs;
    } else if (elapsedMs >= fillIntervalMs) {
      const steps = Math.floor(elapsedMs / fillIntervalMs);
      bucket.available += fillAmount * steps;
      bucket.lastFillMs += steps * fillIntervalMs;
    }
  }
  if (bucket.available >= capacity) {
    bucket.available = capacity;
    if (settings.delayInitialFill) putOffFill(bucket, settings, nowMs);
  }
}

function putOffFill(bucket: TokenBucket, settings: BucketSettings, nowMs: number): void {
  bucket.startFillMs = nowMs + timeToFillMs(settings, settings.capacity);
  bucket.lastFillMs = settings.continuousFill ? bucket.startFillMs : bucket.startFillMs - settings.fillIntervalMs;
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
