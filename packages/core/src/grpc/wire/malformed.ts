import { ApertureError } from "../../contract/errors.ts";

/** What an agent sent makes no sense, so that nothing was decided. */
export function malformed(what: string): ApertureError {
  return new ApertureError("APERTURE_TRANSPORT", `the agent's answer makes no sense: ${what}`, {
    reason: "agent-error",
  });
}
