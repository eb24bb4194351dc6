import type { CheckResponse, LimiterDecision, Quota } from "../contract/check.ts";
import type { AnswerHeaders } from "./answer-headers.ts";

/**
 * What an answer says of the limits behind it, as draft-ietf-httpapi-ratelimit-headers (structured fields) has it:
 *
 *     RateLimit-Policy: "login";q=10;w=60     at most q at once, an empty bucket is full after w seconds
 *     RateLimit: "login";r=3;t=42             r left; full again in t seconds, or on a rejection: may retry in t seconds
 *
 * `w` and `t` are left out where the bucket never fills. Only limiters that promise a quota are listed.
 *
 * The names are in lower case, as HTTP/2 has them: Node and Fastify would make them so for each answer, which costs as much
 * as the rest of a header.
 */
export class RateLimitHeaders {
  /** A limiter's quota is one object for its whole life, so what does not change of the text is made once. */
  readonly #texts = new WeakMap<Quota, QuotaText>();
  /** The last one: most answers come from one limiter. */
  #lastQuota: Quota | undefined;
  #lastText: QuotaText | undefined;

  /** Sets the headers of the answer to one check. */
  write(response: CheckResponse, answer: Pick<AnswerHeaders, "setHeader">, legacy: boolean): void {
    let policies = "";
    let limits = "";
    let tightest: LimiterDecision | undefined;
    for (const decision of response.decisions) {
      const { quota, reason, error } = decision;
      if (quota === undefined || reason !== undefined || error !== undefined) continue;
      const text = (quota === this.#lastQuota ? this.#lastText : undefined) ?? this.#textOf(decision, quota);
      const limit = text.limit(left(decision), secondsUntilReset(decision, quota));
      policies = policies === "" ? text.policy : `${policies}, ${text.policy}`;
      limits = limits === "" ? limit : `${limits}, ${limit}`;
      if (tightest === undefined || (legacy && share(decision) < share(tightest))) tightest = decision;
    }
    if (tightest === undefined) return;
    answer.setHeader("ratelimit-policy", policies);
    answer.setHeader("ratelimit", limits);
    if (legacy) writeLegacy(tightest, answer);
  }

  #textOf(decision: LimiterDecision, quota: Quota): QuotaText {
    let text = this.#texts.get(quota);
    if (text === undefined) {
      const name = quoted(decision.ref.policy);
      const window = Number.isFinite(quota.windowMs) ? `;w=${whole(Math.ceil(quota.windowMs / 1000))}` : "";
      text = new QuotaText(`${name};q=${whole(Math.floor(quota.limit))}${window}`, `${name};r=`);
      this.#texts.set(quota, text);
    }
    this.#lastQuota = quota;
    this.#lastText = text;
    return text;
  }
}

/** What is known of the texts about one quota. */
class QuotaText {
  /** The whole item of `RateLimit-Policy`. */
  readonly policy: string;
  /** The beginning of that of `RateLimit`, as far as it is always the same. */
  readonly #start: string;
  #left: number | undefined;
  #seconds: number | undefined;
  #limit = "";

  constructor(policy: string, start: string) {
    this.policy = policy;
    this.#start = start;
  }

  /**
   * The item of `RateLimit`. The last text is given again as long as it says the same, as it does of all buckets that were
   * full: a new one costs a fifth of the headers, most of that where Node looks for characters that it must not have.
   */
  limit(left: number, seconds: number | undefined): string {
    if (left !== this.#left || seconds !== this.#seconds) {
      this.#left = left;
      this.#seconds = seconds;
      this.#limit = seconds === undefined ? `${this.#start}${left}` : `${this.#start}${left};t=${seconds}`;
    }
    return this.#limit;
  }
}

/** Whole seconds that are never too few: rounded up, at least 1. */
export function retryAfterSeconds(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1000));
}

function secondsUntilReset(decision: LimiterDecision, quota: Quota): number | undefined {
  if (!Number.isFinite(quota.windowMs)) return undefined;
  if (decision.dropped) return decision.waitMs > 0 ? retryAfterSeconds(decision.waitMs) : undefined;
  const missing = Math.max(0, quota.limit - decision.tokens.remaining);
  return quota.limit > 0 ? whole(Math.ceil((missing / quota.limit) * (quota.windowMs / 1000))) : undefined;
}

/** The sum of many small fills may fall short of a whole token by rounding alone. */
const ROUNDING = 1e-9;

function left({ tokens }: LimiterDecision): number {
  return whole(Math.max(0, Math.floor(tokens.remaining + ROUNDING)));
}

function share({ tokens, quota }: LimiterDecision): number {
  return quota === undefined ? Number.POSITIVE_INFINITY : tokens.remaining / quota.limit;
}

/** The older headers, whose meaning was never written down: we send seconds from now, not a date. */
function writeLegacy(decision: LimiterDecision, answer: Pick<AnswerHeaders, "setHeader">): void {
  if (decision.quota === undefined) return;
  answer.setHeader("x-ratelimit-limit", String(whole(Math.floor(decision.quota.limit))));
  answer.setHeader("x-ratelimit-remaining", String(left(decision)));
  const seconds = secondsUntilReset(decision, decision.quota);
  if (seconds !== undefined) answer.setHeader("x-ratelimit-reset", String(seconds));
}

/** The largest integer of a structured field (RFC 9651, 3.3.1); more would make the whole field malformed. */
const LARGEST = 999_999_999_999_999;

function whole(number: number): number {
  return Math.min(number, LARGEST);
}

/** A string of RFC 9651: printable ASCII with `"` and `\` escaped; anything else would make the field malformed. */
export function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, "?").replace(/["\\]/g, "\\$&")}"`;
}
