import type { WireDuration } from "./messages.ts";

/** Ten thousand years, the longest that the format allows. */
const MAX_SECONDS = 315_576_000_000;

/** Milliseconds as seconds and nanoseconds; what is no time is none. */
export function durationFromMs(ms: number): WireDuration {
  if (!(ms > 0)) return { seconds: 0, nanos: 0 };
  let seconds = Math.floor(ms / 1000);
  if (seconds >= MAX_SECONDS) return { seconds: MAX_SECONDS, nanos: 0 };
  let nanos = Math.round((ms - seconds * 1000) * 1e6);
  if (nanos === 1e9) [seconds, nanos] = [seconds + 1, 0];
  return { seconds, nanos };
}

/** Milliseconds, never negative; 0 where the duration is absent. */
export function msFromDuration(duration: WireDuration | undefined): number {
  if (duration === undefined) return 0;
  const ms = Number(duration.seconds ?? 0) * 1000 + (duration.nanos ?? 0) / 1e6;
  return Math.max(ms, 0);
}
