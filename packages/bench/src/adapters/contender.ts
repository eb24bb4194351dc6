import type { Handle } from "./light-exchange.ts";

/** A rate limiter on one framework, or what it is seen against. */
export interface Contender {
  readonly name: string;
  /** What its application answers once it is warm: whoever answers something else does other work. */
  readonly status: 200 | 429;
  /** A whole application: the framework, the rate limiter and a route that answers with a little JSON. */
  readonly application: Handle;
  /** The rate limiter alone, with the framework's own request and response; absent where it answers the request itself. */
  readonly middleware?: Handle | undefined;
}

/** Nothing but the framework: what all others cost comes on top of it. */
export const BARE = "bare";
/** What everybody has to do who writes headers: find out who asks, and write them. */
export const FLOOR = "floor with headers";
export const OURS = "ours";
export const OURS_REFUSING = "ours, 429";

/** The answer of the route of every application. */
export const BODY = Object.freeze({ hello: "world" });

/** What a floor writes: the two headers of the draft, made beforehand. */
export const HEADERS: readonly (readonly [string, string])[] = [
  ["RateLimit-Policy", '"api";q=1000000000;w=60'],
  ["RateLimit", '"api";r=999999999;t=1'],
];
