import type { Labels } from "../../contract/check.ts";
import { wellFormed } from "./well-formed.ts";

/**
 * Labels as a W3C `baggage` header and back, as Aperture's agents read it: the header's parser decodes a value once, and
 * they decode it again as a query component. Its parser refuses the whole header for one bad member or when it is over a
 * limit, so whatever does not fit has to stay outside.
 */
const MOST_MEMBERS = 180;
const MOST_MEMBER_BYTES = 4096;
const MOST_BYTES = 8192;

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

export interface BaggageHeader {
  /** Undefined when there is nothing to send. */
  readonly header: string | undefined;
  /** Names that cannot be sent: no HTTP token, or over the limits. */
  readonly left: readonly string[];
}

/** The shortest members go first: one huge label must not push out all others. */
export function baggageFromLabels(labels: Labels): BaggageHeader {
  const left: string[] = [];
  const members: { name: string; text: string }[] = [];
  for (const [name, value] of Object.entries(labels)) {
    if (!NAME.test(name)) left.push(name);
    else members.push({ name, text: `${name}=${encodeURIComponent(encodeURIComponent(wellFormed(value)))}` });
  }
  members.sort((a, b) => a.text.length - b.text.length);
  let header: string | undefined;
  for (const [index, { name, text }] of members.entries()) {
    const longer: string = header === undefined ? text : `${header},${text}`;
    if (index < MOST_MEMBERS && text.length <= MOST_MEMBER_BYTES && longer.length <= MOST_BYTES) header = longer;
    else left.push(name);
  }
  return { header, left };
}

/** Nothing at all where a member is malformed; without a member whose second decoding fails. */
export function labelsFromBaggage(header: string | undefined): Labels {
  const labels: Record<string, string> = Object.create(null);
  if (header === undefined || header === "" || header.length > MOST_BYTES) return labels;
  const once = new Map<string, string>();
  for (const member of header.split(",")) {
    const [pair = "", ...properties] = member.split(";");
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    if (member.length > MOST_MEMBER_BYTES || equals === -1 || !NAME.test(name) || !VALUE.test(value)) return labels;
    if (!properties.every(isProperty)) return labels;
    const decoded = decodedOrNothing(value);
    if (decoded === undefined) return labels;
    once.set(name, decoded);
  }
  if (once.size > MOST_MEMBERS) return labels;
  for (const [name, value] of once) {
    const twice = decodedOrNothing(value.replaceAll("+", " "));
    if (twice !== undefined) labels[name] = twice;
  }
  return labels;
}

function isProperty(property: string): boolean {
  const [name = "", ...values] = property.split("=");
  return NAME.test(name.trim()) && VALUE.test(values.join("=").trim());
}

function decodedOrNothing(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
