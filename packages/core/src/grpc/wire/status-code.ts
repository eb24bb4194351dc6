import { STATUS_CODES } from "node:http";

/** A status that a response can be sent with; undefined for none, for 1xx and for what HTTP does not know. */
export function knownStatus(code: number | undefined): number | undefined {
  return code !== undefined && code >= 200 && STATUS_CODES[code] !== undefined ? code : undefined;
}
