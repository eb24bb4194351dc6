import { ApertureError } from "../contract/errors.ts";

/** A route that names a control point finds no client: the sentence says which line is missing. */
export function notInstalled(controlPoint: string, missing: string): ApertureError {
  return new ApertureError(
    "APERTURE_NOT_INSTALLED",
    `controlPoint("${controlPoint}") found no client: put ${missing} before the routes that name control points`,
  );
}
