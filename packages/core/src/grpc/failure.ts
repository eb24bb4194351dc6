import { status } from "@grpc/grpc-js";
import { ApertureError, type FailOpenReason } from "../contract/errors.ts";

const REASONS: Readonly<Partial<Record<status, FailOpenReason>>> = {
  // Not by us, who tell our callers themselves: the agent has gone away.
  [status.CANCELLED]: "unavailable",
  [status.INVALID_ARGUMENT]: "invalid-argument",
  [status.DEADLINE_EXCEEDED]: "timeout",
  [status.PERMISSION_DENIED]: "unauthenticated",
  [status.UNAVAILABLE]: "unavailable",
  [status.UNAUTHENTICATED]: "unauthenticated",
};

/** What a call ended with. */
export interface CallStatus {
  readonly code: status;
  readonly details: string;
}

/** Why a call gave no answer. `reason` is what a flow is told; a refusal by the agent itself is "agent-error". */
export function failed(method: string, answer: CallStatus): ApertureError {
  const name = status[answer.code] ?? `status ${answer.code}`;
  return new ApertureError("APERTURE_TRANSPORT", `${method}: ${name}: ${answer.details}`, {
    reason: REASONS[answer.code] ?? "agent-error",
    cause: answer,
  });
}

/** A call that was not made, or not waited for. */
export function notAnswered(method: string, reason: FailOpenReason, why: string): ApertureError {
  return new ApertureError("APERTURE_TRANSPORT", `${method}: ${why}`, { reason });
}

/** The status that a call ended with; undefined for a call that was not made, or not waited for. */
export function codeOf(error: ApertureError): status | undefined {
  return (error.cause as CallStatus | undefined)?.code;
}
