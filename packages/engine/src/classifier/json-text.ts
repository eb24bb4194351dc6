import { Buffer } from "node:buffer";

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What a JSON Web Token says, not whether it may: the signature is not checked, as whoever sees the token before the
 * application does has no key for it.
 */
export function jwtPayload(token: string | undefined): unknown {
  const parts = token?.split(".") ?? [];
  if (parts.length !== 3) return undefined;
  return jsonOf(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));
}
