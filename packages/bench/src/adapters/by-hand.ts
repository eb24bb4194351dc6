import type { IncomingHttpHeaders } from "node:http";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { UNLIMITED } from "../policies.ts";
import { USER_HEADER } from "./light-exchange.ts";

const DURATION_S = 3600;

/** rate-limiter-flexible has no middleware: this is what its users write by hand. */
export function limiterByHand(): (headers: IncomingHttpHeaders) => Promise<RateLimiterRes> {
  const limiter = new RateLimiterMemory({ points: UNLIMITED, duration: DURATION_S });
  return (headers) => limiter.consume(userOf(headers));
}

/** The two headers of the draft, from what the limiter says. */
export function headersByHand({
  remainingPoints,
  msBeforeNext,
}: RateLimiterRes): readonly (readonly [string, string])[] {
  return [
    ["RateLimit-Policy", `"api";q=${UNLIMITED};w=${DURATION_S}`],
    ["RateLimit", `"api";r=${remainingPoints};t=${Math.ceil(msBeforeNext / 1000)}`],
  ];
}

export function userOf(headers: IncomingHttpHeaders): string {
  const user = headers[USER_HEADER];
  if (typeof user !== "string") throw new TypeError(`a request without ${USER_HEADER}`);
  return user;
}
