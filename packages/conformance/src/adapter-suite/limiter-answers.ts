import type { CheckResponse, LimiterDecision, Rejected } from "@aperture-flow/core";
import { accepted, rejected } from "@aperture-flow/core/testing";

/** A bucket of ten that fills in a minute, named like a policy called "login". */
export function decisionOf(parts: Partial<LimiterDecision> = {}): LimiterDecision {
  return {
    ref: { policy: "login", policyHash: "1", component: "0" },
    kind: "rate-limiter",
    dropped: false,
    label: "default",
    tokens: { consumed: 1, remaining: 4, current: 6 },
    quota: { limit: 10, windowMs: 60_000 },
    waitMs: 0,
    ...parts,
  };
}

export function acceptedBy(...decisions: LimiterDecision[]): CheckResponse {
  return accepted({ decisions });
}

/** Turned away by the limiter of "login", which has a token again after the wait. */
export function rejectedFor(waitMs: number, parts: Partial<Rejected> = {}): CheckResponse {
  const tokens = { consumed: 0, remaining: 0, current: 10 };
  return rejected({ waitMs, decisions: [decisionOf({ dropped: true, tokens, waitMs })], ...parts });
}
