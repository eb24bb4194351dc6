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
/** The same of everybody who turns requests away. */
export const FLOOR_REFUSING = "floor with headers, 429";
export const OURS = "ours";
export const OURS_REFUSING = "ours, 429";

/** The answer of the route of every application. */
export const BODY = Object.freeze({ hello: "world" });

/** What a floor writes: the two headers of the draft, made beforehand. */
export const HEADERS: readonly (readonly [string, string])[] = [
  ["RateLimit-Policy", '"api";q=1000000000;w=60'],
  ["RateLimit", '"api";r=999999999;t=1'],
];

/** What a floor answers to a request that it turns away: the same as ours, made beforehand. */
export const REFUSAL: { readonly headers: readonly (readonly [string, string])[]; readonly body: string } = {
  headers: [
    ...HEADERS,
    ["Content-Type", "application/problem+json; charset=utf-8"],
    ["Cache-Control", "no-store"],
    ["Retry-After", "60"],
  ],
  body: JSON.stringify({
    type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
    title: "Quota exceeded",
    status: 429,
    detail: "The limit for requests like this one is used up. Try again in 60 s.",
    "violated-policies": ["api"],
    retry_after_ms: 59_999,
  }),
};
