/** Every code an {@link ApertureError} can carry, with the sentence that explains it. One heading each in docs/errors.md. */
export const ERROR_CODES = {
  APERTURE_OPTION_INVALID: "An option has a value that cannot be used.",
  APERTURE_POLICY_INVALID: "A policy does not parse, or asks for what the engine does not support.",
  APERTURE_NOT_INSTALLED: "A route names a control point, but no client was installed before it.",
  APERTURE_CLOSED: "The client or the control was used after it was closed.",
  APERTURE_TRANSPORT: "An agent could not be asked, or did not answer in time.",
  APERTURE_BACKEND: "The shared state could not be reached.",
  APERTURE_FLOW_REJECTED: "The flow was rejected, and the caller left nothing to do instead.",
} as const;

/** What an {@link ApertureError} is about; `docs/errors.md` explains each. */
export type ErrorCode = keyof typeof ERROR_CODES;

const FAIL_OPEN_REASONS = [
  "timeout",
  "unavailable",
  "unauthenticated",
  "invalid-argument",
  "cancelled",
  "closed",
  "saturated",
  "internal",
  "agent-error",
] as const;

/** Why a flow runs although nobody decided that it may. */
export type FailOpenReason = (typeof FAIL_OPEN_REASONS)[number];

/**
 * The reason that an error gives for itself, "internal" where it gives none. Told by shape, as the error may come from
 * another copy of this package; other errors, those of TLS for one, have a `reason` too, which is none of ours.
 */
export function failOpenReasonOf(error: Error): FailOpenReason {
  const { reason } = error as { reason?: unknown };
  return FAIL_OPEN_REASONS.find((known) => known === reason) ?? "internal";
}

/** What was thrown, as an Error: anything can be thrown, also what has no text. */
export function errorFrom(cause: unknown): Error {
  if (cause instanceof Error) return cause;
  try {
    return new Error(String(cause), { cause });
  } catch {
    return new Error("something without a text was thrown", { cause });
  }
}

/**
 * The one error class of Aperture Flow. Match on `code`: two copies of the package may be loaded, so `instanceof` is not
 * reliable.
 */
export class ApertureError extends Error {
  readonly code: ErrorCode;
  /** Why no decision could be made, where that is what failed. */
  readonly reason: FailOpenReason | undefined;

  constructor(code: ErrorCode, message: string, details: { cause?: unknown; reason?: FailOpenReason } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ApertureError";
    this.code = code;
    this.reason = details.reason;
  }
}
