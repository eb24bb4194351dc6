import type { LabelValues } from "../labels.ts";

/** The limits of W3C Baggage; what is over them is not read at all. */
const MOST_BYTES = 8192;
const MOST_MEMBERS = 64;

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * The members of a `baggage` header that the application trusts, as labels. Anybody can send the header, so nothing is
 * trusted unless named. A malformed member is skipped; properties after `;` are dropped.
 */
export function trustedBaggage(header: string | undefined, trusted: true | readonly string[]): LabelValues {
  const labels: Record<string, string> = {};
  if (header === undefined || header.length > MOST_BYTES) return labels;
  for (const member of header.split(",", MOST_MEMBERS)) {
    const equals = member.indexOf("=");
    const name = member.slice(0, equals).trim();
    if (equals < 1 || !NAME.test(name) || (trusted !== true && !trusted.includes(name))) continue;
    const value = decoded(
      member
        .slice(equals + 1)
        .split(";", 1)[0]
        ?.trim() ?? "",
    );
    if (value !== undefined) Object.defineProperty(labels, name, { value, enumerable: true, configurable: true });
  }
  return labels;
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
