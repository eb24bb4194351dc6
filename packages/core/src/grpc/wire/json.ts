import { Buffer } from "node:buffer";
import type { WireCheckResponse, WireDuration } from "./messages.ts";

/** Values of enums by name, all enums of a check response together: their names are distinct. */
const ENUMS: Readonly<Record<string, number>> = {
  DECISION_TYPE_ACCEPTED: 0,
  DECISION_TYPE_REJECTED: 1,
  REJECT_REASON_NONE: 0,
  REJECT_REASON_RATE_LIMITED: 1,
  REJECT_REASON_NO_TOKENS: 2,
  REJECT_REASON_NOT_SAMPLED: 3,
  REJECT_REASON_NO_MATCHING_RAMP: 4,
  LIMITER_REASON_UNSPECIFIED: 0,
  LIMITER_REASON_KEY_NOT_FOUND: 1,
  HIT: 0,
  MISS: 1,
  SUCCESS: 0,
  ERROR: 1,
};

const ENUM_FIELDS = new Set(["decision_type", "reject_reason", "reason", "lookup_status", "operation_status"]);
const DURATION_FIELDS = new Set(["wait_time"]);
/** Left out: nobody reads them of a report, and SDKs write them in many ways. */
const UNREAD_FIELDS = new Set(["start", "end", "denied_response_status_code"]);
const MAP_FIELDS = new Set(["telemetry_flow_labels"]);

/**
 * A check response as SDKs print it into telemetry: protobuf's JSON with either kind of names and of enums, null for what
 * is not set, unknown fields beside.
 */
export function checkResponseFromJson(text: string): WireCheckResponse {
  return fieldsFromJson(JSON.parse(text));
}

function fieldsFromJson(json: object): object {
  // Without a prototype: names come from outside.
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(json)) {
    const field = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (value !== null && !UNREAD_FIELDS.has(field)) fields[field] = valueFromJson(field, value);
  }
  return fields;
}

function valueFromJson(field: string, value: unknown): unknown {
  if (ENUM_FIELDS.has(field)) return typeof value === "string" ? ENUMS[value] : value;
  if (DURATION_FIELDS.has(field)) return durationFromJson(value);
  if (field === "value" && typeof value === "string") return Buffer.from(value, "base64");
  if (Array.isArray(value)) return value.map((one) => valueFromJson("", one));
  if (typeof value !== "object" || value === null || MAP_FIELDS.has(field)) return value;
  return fieldsFromJson(value);
}

function durationFromJson(value: unknown): WireDuration | undefined {
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(value) : null;
  if (match === null) return undefined;
  const seconds = Number(match[1]);
  return { seconds: Math.floor(seconds), nanos: Math.round((seconds % 1) * 1e9) };
}
