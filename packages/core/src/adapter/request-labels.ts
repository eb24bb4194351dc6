import type { LabelValues } from "../labels.ts";
import { startTimer } from "../time.ts";
import { trustedBaggage } from "./baggage.ts";
import type { GateSettings } from "./gate-settings.ts";
import {
  type HeaderLabel,
  HTTP_LABELS,
  type HttpLabel,
  headerLabels,
  httpLabels,
  PLACE_LABELS,
} from "./http-labels.ts";
import type { AdapterOptions } from "./options.ts";
import type { RequestParts } from "./request-parts.ts";

/** How long an application's own labels are waited for, unless the flow itself has less time. */
const LABELS_TIMEOUT_MS = 1000;

const NONE: LabelValues = Object.freeze({});

/** Which labels are made of each request of a gate. */
export interface RequestLabelPlan {
  /** None at all. */
  readonly isEmpty: boolean;
  readonly http: readonly HttpLabel[];
  readonly headers: readonly HeaderLabel[];
  readonly trustedBaggage: true | readonly string[] | undefined;
}

/**
 * All labels that the options allow, but for those that the decider does not read: to find out what an Express request is
 * costs more than to decide on it.
 */
export function requestLabelPlan(
  { http, headers, trustedBaggage: trusted }: GateSettings,
  read: ReadonlySet<string> | undefined,
): RequestLabelPlan {
  // Where the whole request is sent, whoever decides makes the others, and reads what classifiers make of it.
  if (http !== undefined) return { isEmpty: false, http: PLACE_LABELS, headers, trustedBaggage: trusted };
  if (read === undefined) return { isEmpty: false, http: HTTP_LABELS, headers, trustedBaggage: trusted };
  const names = trusted === true ? [...read] : (trusted ?? []).filter((name) => read.has(name));
  const wanted = {
    http: HTTP_LABELS.filter(({ name }) => read.has(name)),
    headers: headers.filter(({ label }) => read.has(label)),
    trustedBaggage: names.length === 0 ? undefined : names,
  };
  return { ...wanted, isEmpty: wanted.http.length + wanted.headers.length + names.length === 0 };
}

/** What one request says of itself, below the application's labels: HTTP, allowed headers, trusted baggage. */
export function labelsOfRequest<Req>(plan: RequestLabelPlan, parts: RequestParts<Req>): LabelValues[] {
  const sources: LabelValues[] = [];
  if (plan.http.length > 0) sources.push(httpLabels(parts.message, parts, plan.http));
  if (plan.headers.length > 0) sources.push(headerLabels(parts.message, plan.headers));
  if (plan.trustedBaggage !== undefined) {
    const header = parts.message.headers["baggage"];
    sources.push(trustedBaggage(Array.isArray(header) ? header.join(",") : header, plan.trustedBaggage));
  }
  return sources;
}

/** The application's labels. Whatever goes wrong with them, the request goes on without them. */
export function labelsOfApplication<Req>(
  request: Req,
  options: AdapterOptions<Req, never>,
  { complaints }: GateSettings,
): LabelValues | Promise<LabelValues> {
  const { labels = NONE } = options;
  if (typeof labels !== "function") return labels;
  const failed = (cause: unknown): LabelValues => {
    complaints.say("labels", () => `the labels function failed: ${cause instanceof Error ? cause.message : cause}`);
    return NONE;
  };
  try {
    const given = labels(request);
    if (!(given instanceof Promise)) return recordOr(given, failed);
    return inTime(given, Math.min(options.timeoutMs || LABELS_TIMEOUT_MS, LABELS_TIMEOUT_MS)).then(
      (values) => recordOr(values, failed),
      failed,
    );
  } catch (cause) {
    return failed(cause);
  }
}

function recordOr(given: unknown, failed: (cause: unknown) => LabelValues): LabelValues {
  if (given === undefined || given === null) return NONE;
  return typeof given === "object" ? (given as LabelValues) : failed(`it returned a ${typeof given}`);
}

function inTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = startTimer(timeoutMs, () => reject(new Error(`no labels within ${timeoutMs} ms`)));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
