import type { LabelValues } from "../labels.ts";
import { startTimer } from "../time.ts";
import { trustedBaggage } from "./baggage.ts";
import { clientAddress } from "./client-address.ts";
import type { GateSettings } from "./gate-settings.ts";
import { headerLabels, httpLabels, placeLabels, type RequestReader } from "./http-labels.ts";
import type { AdapterOptions } from "./options.ts";

/** How long an application's own labels are waited for, unless the flow itself has less time. */
const LABELS_TIMEOUT_MS = 1000;

const NONE: LabelValues = Object.freeze({});

/** What one request says of itself, below the application's labels: HTTP, allowed headers, trusted baggage. */
export function labelsOfRequest<Req>(
  request: Req,
  path: string,
  { reader, settings }: { readonly reader: RequestReader<Req>; readonly settings: GateSettings },
): LabelValues[] {
  const message = reader.message(request);
  const address = reader.clientAddress(request) ?? "";
  const parts = {
    path,
    scheme: reader.scheme(request),
    route: reader.route(request),
    // Through a trusted proxy anything may come; what is no address counts as the connection's own.
    clientAddress:
      clientAddress(address, settings.ipv6PrefixLength) ??
      clientAddress(message.socket?.remoteAddress ?? "", settings.ipv6PrefixLength),
  };
  const sources = [settings.http === undefined ? httpLabels(message, parts) : placeLabels(parts)];
  if (settings.headers.length > 0) sources.push(headerLabels(message, settings.headers));
  if (settings.trustedBaggage !== undefined) {
    const header = message.headers["baggage"];
    sources.push(trustedBaggage(Array.isArray(header) ? header.join(",") : header, settings.trustedBaggage));
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
