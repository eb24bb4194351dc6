import { ApertureClient } from "@aperture-flow/core";
import { createEngine } from "@aperture-flow/engine";
import { perUser } from "../policies.ts";

export const CONTROL_POINT = "api";

/** A client with an engine in this process and one rate limiter, keyed by user. */
export async function ourClient(capacity?: number): Promise<ApertureClient> {
  return new ApertureClient({ control: await createEngine({ policies: perUser("api", CONTROL_POINT, capacity) }) });
}
