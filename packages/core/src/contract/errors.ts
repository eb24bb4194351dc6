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

export type ErrorCode = keyof typeof ERROR_CODES;

/** Why a flow runs although nobody decided that it may. */
export type FailOpenReason =
  | "timeout"
  | "unavailable"
  | "unauthenticated"
  | "invalid-argument"
  | "cancelled"
  | "closed"
  | "saturated"
  | "internal"
  | "agent-error";

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
