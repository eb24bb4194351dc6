import { Complaints } from "../complaints.ts";
import { defaultLogger } from "../environment.ts";
import { unknownOptions } from "../option-names.ts";
import { checkOptions, invalidOption } from "./check-options.ts";
import type { HeaderLabel } from "./http-labels.ts";
import type { HttpSettings } from "./http-request.ts";
import type { AdapterOptions } from "./options.ts";

const OPTION_NAMES = [
  "client",
  "controlPoint",
  "labels",
  "headerLabels",
  "ignoredPaths",
  "ignoredMethods",
  "skip",
  "mode",
  "onUnreachable",
  "timeoutMs",
  "rampMode",
  "trustBaggage",
  "rpc",
  "redactHeaders",
  "sendBody",
  "rateLimitHeaders",
  "isError",
  "abortStatus",
  "ipv6PrefixLength",
  "exposeHeaders",
  "onReject",
  "logger",
] satisfies readonly (keyof AdapterOptions<unknown>)[];

const CREDENTIALS = ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"];

/** How long an application's own labels are waited for, unless the flow itself has less time. */
const LABELS_TIMEOUT_MS = 1000;

/** Whether a request is not checked, by its method and path. */
export type Ignores = (method: string, path: string) => boolean;

/** What can be worked out once, when the options are given. */
export interface GateSettings {
  readonly headers: readonly HeaderLabel[];
  /** Absent where nothing is ignored. */
  readonly ignores: Ignores | undefined;
  /** How long a promise of the application's labels is waited for. */
  readonly labelsTimeoutMs: number;
  readonly trustedBaggage: true | readonly string[] | undefined;
  readonly rateLimitHeaders: boolean | "legacy";
  readonly exposeHeaders: boolean | undefined;
  readonly isError: (statusCode: number) => boolean;
  readonly abortStatus: "ok" | "error";
  readonly ipv6PrefixLength: number;
  readonly http: HttpSettings | undefined;
  readonly complaints: Complaints;
}

/**
 * @param extraNames options that only one adapter has
 * @throws ApertureError APERTURE_OPTION_INVALID with what to write instead.
 */
export function gateSettings<Req>(options: AdapterOptions<Req, never>, extraNames: readonly string[]): GateSettings {
  checkOptions(options);
  const complaints = new Complaints(options.logger ?? defaultLogger);
  for (const complaint of unknownOptions(options, [...OPTION_NAMES, ...extraNames])) {
    complaints.say(complaint, () => complaint);
  }
  const { trustBaggage, ipv6PrefixLength = 64, rateLimitHeaders = true } = options;
  return {
    headers: (options.headerLabels ?? []).map(headerLabel).map(refuseTwins),
    ignores: ignoring(options),
    labelsTimeoutMs: Math.min(options.timeoutMs || LABELS_TIMEOUT_MS, LABELS_TIMEOUT_MS),
    trustedBaggage: trustBaggage === false ? undefined : trustBaggage,
    rateLimitHeaders,
    exposeHeaders: options.exposeHeaders,
    isError: options.isError === undefined ? isServerError : guarded(options.isError, complaints),
    abortStatus: options.abortStatus ?? "ok",
    ipv6PrefixLength,
    http: options.rpc === "http" ? httpSettings(options) : undefined,
    complaints,
  };
}

function httpSettings<Req>({ redactHeaders = CREDENTIALS }: AdapterOptions<Req, never>): HttpSettings {
  // Baggage that is trusted goes with the labels; the rest must not go at all.
  return { redacted: new Set(["baggage", ...redactHeaders.map((name) => name.toLowerCase())]) };
}

function isServerError(statusCode: number): boolean {
  return statusCode >= 500;
}

/** It is called from an event of the response, where what it throws would end the process. */
function guarded(isError: (statusCode: number) => boolean, complaints: Complaints): (statusCode: number) => boolean {
  return (statusCode) => {
    try {
      return isError(statusCode);
    } catch (cause) {
      complaints.say("isError", () => `isError failed: ${cause instanceof Error ? cause.message : cause}`);
      return isServerError(statusCode);
    }
  };
}

function headerLabel(name: string): HeaderLabel {
  const header = String(name).toLowerCase();
  if (CREDENTIALS.includes(header)) {
    throw invalidOption(`headerLabels: "${name}" is a credential and must not become a label`);
  }
  return { header, label: `http.request.header.${header.replaceAll("-", "_")}` };
}

/** `x-user-id` and `x_user_id` are two headers and one label: whoever sends the other one would choose its value. */
function refuseTwins(added: HeaderLabel, index: number, all: readonly HeaderLabel[]): HeaderLabel {
  const twin = all.slice(0, index).find(({ label }) => label === added.label);
  if (twin !== undefined) {
    throw invalidOption(
      `headerLabels: "${twin.header}" and "${added.header}" would both become the label ${added.label}`,
    );
  }
  return added;
}

function ignoring<Req>({ ignoredPaths = [], ignoredMethods = [] }: AdapterOptions<Req, never>): Ignores | undefined {
  const methods = new Set(ignoredMethods.map((method) => method.toUpperCase()));
  const exact = new Set(ignoredPaths.filter((path) => typeof path === "string" && !path.endsWith("*")));
  const prefixes = ignoredPaths.flatMap((path) =>
    typeof path === "string" && path.endsWith("*") ? path.slice(0, -1) : [],
  );
  const patterns = ignoredPaths.filter((path) => path instanceof RegExp);
  if (methods.size + ignoredPaths.length === 0) return undefined;
  return (method, path) =>
    methods.has(method) ||
    exact.has(path) ||
    prefixes.some((prefix) => path.startsWith(prefix)) ||
    patterns.some((pattern) => path.search(pattern) !== -1);
}
