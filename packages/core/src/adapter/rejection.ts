import { STATUS_CODES } from "node:http";
import type { RejectReason } from "../contract/check.ts";
import type { Flow } from "../flow.ts";
import { retryAfterSeconds } from "./rate-limit-headers.ts";

/** How a rejected request is answered. */
export interface Rejection {
  readonly status: number;
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

/** The answer to a flow that may not run; `accept` is the request's header. */
export function rejectionOf(flow: Flow, accept: string | undefined): Rejection {
  const status = flow.httpResponseCode();
  const waitMs = flow.retryAfterMs();
  const problem = problemOf(flow, status, waitMs);
  const json = acceptsJson(accept);
  const headers: Record<string, string> = {
    "Content-Type": json ? "application/problem+json; charset=utf-8" : "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
  };
  if (waitMs !== undefined) headers["Retry-After"] = String(retryAfterSeconds(waitMs));
  return { status, headers, problem, body: json ? JSON.stringify(problem) : plain(problem) };
}

function problemOf(flow: Flow, status: number, waitMs: number | undefined): Problem {
  const kind = flow.rejectReason === undefined ? OVERLOADED : KINDS[flow.rejectReason];
  const wait = waitMs === undefined ? "" : ` Try again in ${retryAfterSeconds(waitMs)} s.`;
  const policies = droppingPolicies(flow);
  const problem: { -readonly [Name in keyof Problem]: Problem[Name] } = {
    type: kind.type,
    // RFC 9457 4.2.1: with about:blank the title is the status phrase.
    title: kind.type === "about:blank" ? (STATUS_CODES[status] ?? kind.title) : kind.title,
    status,
    detail: kind.detail + wait,
  };
  if (policies.length > 0) problem["violated-policies"] = policies;
  if (waitMs !== undefined) problem.retry_after_ms = Math.ceil(waitMs);
  return problem;
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
