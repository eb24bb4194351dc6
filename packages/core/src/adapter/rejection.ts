import { STATUS_CODES } from "node:http";
import type { RejectReason } from "../contract/check.ts";
import type { Flow } from "../flow.ts";
import { retryAfterSeconds } from "./rate-limit-headers.ts";

/** How a rejected request is answered. */
export interface Rejection {
  readonly status: number;
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Problem;
  /** The problem as text, in the form that `Content-Type` of the headers says. */
  readonly body: string;
}

/** RFC 9457 problem details. Carries no label of the flow: those may be somebody's secrets. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Names of the policies whose limiters turned the flow away. */
  readonly "violated-policies"?: readonly string[] | undefined;
  readonly retry_after_ms?: number | undefined;
}

const PROBLEM_TYPES = "https://iana.org/assignments/http-problem-types";

interface ProblemKind {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
}

const OVERLOADED: ProblemKind = {
  type: `${PROBLEM_TYPES}#temporary-reduced-capacity`,
  title: "Temporarily reduced capacity",
  detail: "The service takes on less work than usual at the moment.",
};

const NOT_ADMITTED: ProblemKind = {
  type: "about:blank",
  title: "Not admitted",
  detail: "This request is not among those that are let in at the moment.",
};

const KINDS: Readonly<Record<RejectReason, ProblemKind>> = {
  "rate-limited": {
    type: `${PROBLEM_TYPES}#quota-exceeded`,
    title: "Quota exceeded",
    detail: "The limit for requests like this one is used up.",
  },
  "no-tokens": OVERLOADED,
  "not-sampled": NOT_ADMITTED,
  "no-matching-ramp": NOT_ADMITTED,
};

/** What decides how a rejected request is answered. */
interface Grounds {
  readonly reason: RejectReason | undefined;
  readonly status: number;
  /** Whole milliseconds until a retry is worthwhile. */
  readonly retryMs: number | undefined;
  readonly policies: readonly string[];
  readonly json: boolean;
}

/** Makes the answers to flows that may not run. */
export class Rejections {
  #grounds: Grounds | undefined;
  #rejection: Rejection | undefined;

  /**
   * `accept` is the request's header. In a flood most rejections of one millisecond are the same, and to write one costs more
   * than to decide on it: the last one is given again as long as nothing is different.
   */
  of(flow: Flow, accept: string | undefined): Rejection {
    const grounds = groundsOf(flow, accept);
    if (this.#rejection === undefined || !isSame(grounds, this.#grounds)) {
      this.#rejection = rejectionFor(grounds);
      this.#grounds = grounds;
    }
    return this.#rejection;
  }
}

function groundsOf(flow: Flow, accept: string | undefined): Grounds {
  const waitMs = flow.retryAfterMs();
  return {
    reason: flow.rejectReason,
    status: flow.httpResponseCode(),
    retryMs: waitMs === undefined ? undefined : Math.ceil(waitMs),
    policies: droppingPolicies(flow),
    json: acceptsJson(accept),
  };
}

function isSame({ reason, status, retryMs, policies, json }: Grounds, last: Grounds | undefined): boolean {
  if (reason !== last?.reason || status !== last?.status || retryMs !== last.retryMs || json !== last.json)
    return false;
  return policies.length === last.policies.length && policies.every((policy, index) => policy === last.policies[index]);
}

function rejectionFor(grounds: Grounds): Rejection {
  const { status, retryMs, json } = grounds;
  const problem = problemOf(grounds);
  const headers: Record<string, string> = {
    "content-type": json ? "application/problem+json; charset=utf-8" : "text/plain; charset=utf-8",
    "cache-control": "no-store",
  };
  if (retryMs !== undefined) headers["retry-after"] = String(retryAfterSeconds(retryMs));
  const body = json ? JSON.stringify(problem) : plain(problem);
  return Object.freeze({ status, headers: Object.freeze(headers), problem, body });
}

function problemOf({ reason, status, retryMs, policies }: Grounds): Problem {
  const kind = reason === undefined ? OVERLOADED : KINDS[reason];
  const wait = retryMs === undefined ? "" : ` Try again in ${retryAfterSeconds(retryMs)} s.`;
  return Object.freeze({
    type: kind.type,
    // RFC 9457 4.2.1: with about:blank the title is the status phrase.
    title: kind.type === "about:blank" ? (STATUS_CODES[status] ?? kind.title) : kind.title,
    status,
    detail: kind.detail + wait,
    ...(policies.length > 0 && { "violated-policies": policies }),
    ...(retryMs !== undefined && { retry_after_ms: retryMs }),
  });
}

function droppingPolicies(flow: Flow): readonly string[] {
  const policies: string[] = [];
  for (const { dropped, ref } of flow.checkResponse()?.decisions ?? []) {
    if (dropped && !policies.includes(ref.policy)) policies.push(ref.policy);
  }
  return policies;
}

function plain(problem: Problem): string {
  return `${problem.title}. ${problem.detail}\n`;
}

const JSON_RANGES = new Set(["*/*", "application/*", "application/json", "application/problem+json"]);

/** True where the header is absent or lists a range that takes a JSON problem, with any weight but 0. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || JSON_RANGES.has(accept) || accept.trim() === "") return true;
  return accept.split(",").some((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter));
    return !refused && (JSON_RANGES.has(type) || type.endsWith("+json"));
  });
}
