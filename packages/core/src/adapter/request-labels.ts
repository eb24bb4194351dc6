import type { LabelValues } from "../labels.ts";
import { startTimer } from "../time.ts";
import { trustedBaggage } from "./baggage.ts";
import type { GateSettings } from "./gate-settings.ts";
import {
  type HeaderLabel,
  HTTP_LABELS,
  type HttpLabel,
  headerLabels,
  PLACE_LABELS,
  requestHttpLabels,
} from "./http-labels.ts";
import type { AdapterOptions } from "./options.ts";
import type { RequestParts } from "./request-parts.ts";

const NO_LABELS: LabelValues = Object.freeze({});

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

/** The application's labels, and below them what the request says of itself: HTTP, allowed headers, trusted baggage. */
export function labelsOfRequest<Req>(
  own: LabelValues,
  plan: RequestLabelPlan,
  parts: RequestParts<Req>,
): readonly LabelValues[] {
  const sources = [own];
  if (plan.http.length > 0) sources.push(requestHttpLabels(parts.message, parts, plan.http));
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
  labels: AdapterOptions<Req, never>["labels"],
  settings: GateSettings,
): LabelValues | Promise<LabelValues> {
  if (typeof labels !== "function") return labels ?? NO_LABELS;
  try {
    const given = labels(request);
    return given instanceof Promise ? labelsInTime(given, settings) : recordOr(given, settings);
  } catch (cause) {
    return withoutLabels(cause, settings);
  }
}

async function labelsInTime(given: Promise<unknown>, settings: GateSettings): Promise<LabelValues> {
  try {
    return recordOr(await inTime(given, settings.labelsTimeoutMs), settings);
  } catch (cause) {
    return withoutLabels(cause, settings);
  }
}

function recordOr(given: unknown, settings: GateSettings): LabelValues {
  if (typeof given === "object" && given !== null) return given as LabelValues;
  return given === undefined || given === null ? NO_LABELS : withoutLabels(`it returned a ${typeof given}`, settings);
}

function withoutLabels(cause: unknown, { complaints }: GateSettings): LabelValues {
  complaints.say("labels", () => `the labels function failed: ${cause instanceof Error ? cause.message : cause}`);
  return NO_LABELS;
}

function inTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = startTimer(timeoutMs, () => reject(new Error(`no labels within ${timeoutMs} ms`)));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
