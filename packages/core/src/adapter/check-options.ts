import { ApertureError } from "../contract/errors.ts";
import type { AdapterOptions, SendBody } from "./options.ts";

const CHOICES = {
  mode: ["enforce", "shadow", "off"],
  onUnreachable: ["run", "reject"],
  abortStatus: ["ok", "error"],
  rpc: ["check", "http"],
  rateLimitHeaders: [true, false, "legacy"],
} satisfies { readonly [Name in keyof AdapterOptions<unknown>]?: readonly unknown[] };

const LISTS = ["headerLabels", "ignoredPaths", "ignoredMethods", "redactHeaders"] as const;

/**
 * A misspelt choice would do something else in silence, and mostly let everything pass.
 *
 * @throws ApertureError APERTURE_OPTION_INVALID with what to write instead.
 */
export function checkOptions<Req>(options: AdapterOptions<Req, never>): void {
  if (typeof options?.client?.beginFlow !== "function") {
    throw invalidOption("client must be an ApertureClient, such as new ApertureClient({ control })");
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value: unknown = options[name as keyof typeof CHOICES];
    if (value === undefined || typeof value === "function" || (choices as readonly unknown[]).includes(value)) continue;
    throw invalidOption(`${name} must be one of ${JSON.stringify(choices)}, got ${JSON.stringify(value)}`);
  }
  for (const name of LISTS) {
    const value: unknown = options[name];
    if (value !== undefined && !Array.isArray(value)) throw invalidOption(`${name} must be a list`);
  }
  checkBody(options.sendBody);
  const { trustBaggage, ipv6PrefixLength = 64 } = options;
  if (trustBaggage !== undefined && typeof trustBaggage !== "boolean" && !Array.isArray(trustBaggage)) {
    throw invalidOption("trustBaggage must be true, false or a list of names");
  }
  if (!Number.isInteger(ipv6PrefixLength) || ipv6PrefixLength < 32 || ipv6PrefixLength > 128) {
    throw invalidOption(`ipv6PrefixLength must be a whole number from 32 to 128, got ${ipv6PrefixLength}`);
  }
}

function checkBody<Req>(sendBody: SendBody<Req> | undefined): void {
  if (sendBody === undefined) return;
  const { read, maxBytes = 1, types = [] } = sendBody;
  if (typeof read !== "function") throw invalidOption("sendBody.read must be a function that gives the body as text");
  if (!(maxBytes >= 1)) throw invalidOption(`sendBody.maxBytes must be a number from 1 up, got ${maxBytes}`);
  if (!Array.isArray(types)) throw invalidOption("sendBody.types must be a list");
}

export function invalidOption(message: string): ApertureError {
  return new ApertureError("APERTURE_OPTION_INVALID", message);
}
