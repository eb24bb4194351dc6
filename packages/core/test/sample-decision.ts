import type { ComponentRef, Lease, LimiterDecision } from "../src/contract/check.ts";

const LOGIN: ComponentRef = { policy: "login", policyHash: "1f", component: "root.0" };

/** A rate limiter that let a flow pass: 3 of 10 tokens are left, an empty bucket is full after a minute. */
export function decision(parts: Partial<LimiterDecision> = {}): LimiterDecision {
  return {
    ref: LOGIN,
    kind: "rate-limiter",
    dropped: false,
    label: "user:alice",
    tokens: { consumed: 1, remaining: 3, current: 7 },
    quota: { limit: 10, windowMs: 60_000 },
    waitMs: 0,
    ...parts,
  };
}

/** What a flow holds of a concurrency limiter. */
export function lease(id: string): Lease {
  return { ref: LOGIN, label: "user:alice", id, tokens: 1 };
}
