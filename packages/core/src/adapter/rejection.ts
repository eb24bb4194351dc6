import { STATUS_CODES } from "node:http";
import type { LimiterDecision, RejectReason } from "../contract/check.ts";
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

/** What decides how a rejected request is answered, but for the milliseconds until a retry. */
interface Grounds {
  readonly reason: RejectReason | undefined;
  readonly status: number;
  /** Whole seconds until a retry is worthwhile. */
  readonly retrySeconds: number | undefined;
  readonly json: boolean;
}

/** Makes the answers to flows that may not run. */
export class Rejections {
  #wording: Wording | undefined;

  /**
   * `accept` is the request's header. In a flood most rejections of one millisecond are the same, and to write one costs more
   * than to decide on it: the last one is given again as long as nothing is different, and of the next millisecond's only the
   * time is written.
   */
  of(flow: Flow, accept: string | undefined): Rejection {
    const waitMs = flow.retryAfterMs();
    const retryMs = waitMs === undefined ? undefined : Math.ceil(waitMs);
    const grounds: Grounds = {
      reason: flow.rejectReason,
      status: flow.httpResponseCode(),
      retrySeconds: retryMs === undefined ? undefined : retryAfterSeconds(retryMs),
      json: acceptsJson(accept),
    };
    const decisions = flow.checkResponse()?.decisions ?? [];
    if (this.#wording?.fits(grounds, decisions) !== true) {
      this.#wording = new Wording(grounds, droppingPolicies(decisions));
    }
    return this.#wording.rejection(retryMs);
  }
}

/** All that rejections on the same grounds have in common. */
class Wording {
  readonly #grounds: Grounds;
  readonly #policies: readonly string[];
  readonly #headers: Readonly<Record<string, string>>;
  readonly #problem: Problem;
  /** The whole body where it is text; of JSON, as far as it is always the same. */
  readonly #body: string;
  #last: Rejection | undefined;

  constructor(grounds: Grounds, policies: readonly string[]) {
    const { retrySeconds, json } = grounds;
    const problem = problemOf(grounds, policies);
    this.#grounds = grounds;
    this.#policies = policies;
    this.#headers = Object.freeze({
      "content-type": json ? "application/problem+json; charset=utf-8" : "text/plain; charset=utf-8",
      "cache-control": "no-store",
      ...(retrySeconds !== undefined && { "retry-after": String(retrySeconds) }),
    });
    this.#problem = problem;
    this.#body = json ? JSON.stringify(problem) : plain(problem);
  }

  /** Compares the policies where they are: to list them for each rejection took 2 % of it. */
  fits({ reason, status, retrySeconds, json }: Grounds, decisions: readonly LimiterDecision[]): boolean {
    const own = this.#grounds;
    if (reason !== own.reason || status !== own.status || retrySeconds !== own.retrySeconds || json !== own.json) {
      return false;
    }
    let named = 0;
    for (const { dropped, ref } of decisions) {
      if (!dropped) continue;
      const index = this.#policies.indexOf(ref.policy);
      if (index < 0 || index > named) return false;
      if (index === named) named += 1;
    }
    return named === this.#policies.length;
  }

  rejection(retryMs: number | undefined): Rejection {
    if (this.#last === undefined || this.#last.problem.retry_after_ms !== retryMs) this.#last = this.#timed(retryMs);
    return this.#last;
  }

  #timed(retryMs: number | undefined): Rejection {
    const timed = retryMs !== undefined;
    const problem: Problem = timed ? { ...this.#problem, retry_after_ms: retryMs } : this.#problem;
    const body = timed && this.#grounds.json ? `${this.#body.slice(0, -1)},"retry_after_ms":${retryMs}}` : this.#body;
    return Object.freeze({ status: problem.status, headers: this.#headers, problem: Object.freeze(problem), body });
  }
}

function problemOf({ reason, status, retrySeconds }: Grounds, policies: readonly string[]): Problem {
  const kind = reason === undefined ? OVERLOADED : KINDS[reason];
  const wait = retrySeconds === undefined ? "" : ` Try again in ${retrySeconds} s.`;
  return {
    type: kind.type,
    // RFC 9457 4.2.1: with about:blank the title is the status phrase.
    title: kind.type === "about:blank" ? (STATUS_CODES[status] ?? kind.title) : kind.title,
    status,
    detail: kind.detail + wait,
    ...(policies.length > 0 && { "violated-policies": policies }),
  };
}

/** Each once, in the order in which they come first. */
function droppingPolicies(decisions: readonly LimiterDecision[]): readonly string[] {
  return [...new Set(decisions.filter(({ dropped }) => dropped).map(({ ref }) => ref.policy))];
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
