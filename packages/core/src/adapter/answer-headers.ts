import type { IncomingMessage } from "node:http";

const EXPOSED = ["RateLimit", "RateLimit-Policy", "Retry-After"];
const EXPOSED_LEGACY = [...EXPOSED, "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];

/** Headers of an answer that is not sent yet. */
export interface AnswerHeaders {
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string): void;
}

/** True on an answer that CORS middleware has already been at. */
export function hasCors(answer: AnswerHeaders): boolean {
  return answer.getHeader("access-control-allow-origin") !== undefined;
}

/** Lets scripts of other origins read our headers. */
export function exposeRateLimitHeaders(answer: AnswerHeaders, legacy: boolean): void {
  const names = String(answer.getHeader("Access-Control-Expose-Headers") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.includes("*")) return;
  const known = new Set(names.map((name) => name.toLowerCase()));
  const ours = (legacy ? EXPOSED_LEGACY : EXPOSED).filter((name) => !known.has(name.toLowerCase()));
  answer.setHeader("Access-Control-Expose-Headers", [...names, ...ours].join(", "));
}

/** As much of a rejected request's body is read and thrown away to keep its connection. */
const TOLERABLE_BODY_BYTES = 65_536;

/**
 * True where a rejected upload is still coming and too long to sit out: the connection must close, or the rest of the
 * body would have to be read before the next request on it.
 */
export function leavesBodyUnread(message: IncomingMessage): boolean {
  if (message.complete || message.httpVersionMajor !== 1) return false;
  if (message.headers["transfer-encoding"] !== undefined) return true;
  return Number(message.headers["content-length"] ?? 0) > TOLERABLE_BODY_BYTES;
}
