import type { Lease, LimiterDecision, LimiterKind, Tokens } from "../../contract/check.ts";
import { durationFromMs, msFromDuration } from "./duration.ts";
import { malformed } from "./malformed.ts";
import type { WireDecision, WireLease, WireLimiterInfo, WireTokens } from "./messages.ts";
import { knownStatus } from "./status-code.ts";

const KEY_NOT_FOUND = 1;

/** Whose decisions have a wait in Aperture, be it 0; those of others have none. */
const TELLS_WAIT: ReadonlySet<LimiterKind> = new Set(["rate-limiter", "concurrency-limiter"]);

const NO_TOKENS: Tokens = Object.freeze({ consumed: 0, remaining: 0, current: 0 });

/**
 * One limiter's decision out of the wire. Undefined for a kind of component that this version does not know: it cannot
 * hold anything, and whether it dropped the flow is said by the answer as a whole.
 */
export function decisionFromWire(wire: WireDecision): LimiterDecision | undefined {
  const details = detailsOf(wire);
  if (details === undefined) return undefined;
  const { kind, info } = details;
  const ref = {
    policy: wire.policy_name ?? "",
    policyHash: wire.policy_hash ?? "",
    component: wire.component_id ?? "",
  };
  const dropped = wire.dropped === true;
  // Load schedulers have one bucket for all, and no field for its label.
  const label = info.label ?? (kind === "load-scheduler" ? "default" : "");
  const tokens = tokensFromWire(info.tokens_info);
  return {
    ref,
    kind,
    dropped,
    label,
    workload: info.workload_index || undefined,
    priority: info.priority || undefined,
    tokens,
    waitMs: msFromDuration(wire.wait_time),
    status: knownStatus(wire.denied_response_status_code),
    // An agent also names what a dropped flow did not get.
    lease: info.request_id && !dropped ? { ref, label, id: info.request_id, tokens: tokens.consumed } : undefined,
    reason: wire.reason === KEY_NOT_FOUND ? "key-not-found" : undefined,
  };
}

interface Details {
  readonly kind: LimiterKind;
  readonly info: WireLimiterInfo;
}

function detailsOf(wire: WireDecision): Details | undefined {
  if (wire.rate_limiter_info !== undefined) return { kind: "rate-limiter", info: wire.rate_limiter_info };
  if (wire.quota_scheduler_info !== undefined) return { kind: "quota-scheduler", info: wire.quota_scheduler_info };
  if (wire.load_scheduler_info !== undefined) return { kind: "load-scheduler", info: wire.load_scheduler_info };
  if (wire.concurrency_limiter_info !== undefined) {
    return { kind: "concurrency-limiter", info: wire.concurrency_limiter_info };
  }
  if (wire.concurrency_scheduler_info !== undefined) {
    return { kind: "concurrency-scheduler", info: wire.concurrency_scheduler_info };
  }
  return wire.sampler_info === undefined ? undefined : { kind: "sampler", info: wire.sampler_info };
}

function tokensFromWire(wire: WireTokens | undefined): Tokens {
  if (wire === undefined) return NO_TOKENS;
  const { consumed = 0, remaining = 0, current = 0 } = wire;
  if (Number.isNaN(consumed + remaining + current)) throw malformed("a limiter's tokens are no numbers");
  return { consumed, remaining, current };
}

export function wireFromDecision(decision: LimiterDecision): WireDecision {
  const { ref, dropped, status, reason, kind, waitMs } = decision;
  const info = wireInfo(decision);
  return {
    policy_name: ref.policy,
    policy_hash: ref.policyHash,
    component_id: ref.component,
    dropped,
    reason: reason === "key-not-found" ? KEY_NOT_FOUND : 0,
    denied_response_status_code: status ?? 0,
    wait_time: waitMs > 0 || TELLS_WAIT.has(kind) ? durationFromMs(waitMs) : undefined,
    rate_limiter_info: kind === "rate-limiter" ? info : undefined,
    load_scheduler_info: kind === "load-scheduler" ? info : undefined,
    sampler_info: kind === "sampler" ? info : undefined,
    quota_scheduler_info: kind === "quota-scheduler" ? info : undefined,
    concurrency_limiter_info: kind === "concurrency-limiter" ? info : undefined,
    concurrency_scheduler_info: kind === "concurrency-scheduler" ? info : undefined,
  };
}

/** Fields that a kind's message does not have are left out by the encoder. */
function wireInfo({ label, workload, priority, tokens, lease }: LimiterDecision): WireLimiterInfo {
  const { remaining, current, consumed } = tokens;
  return {
    label,
    workload_index: workload,
    tokens_info: { remaining, current, consumed },
    priority,
    request_id: lease?.id,
  };
}

export function leaseFromWire(wire: WireLease): Lease {
  return {
    ref: { policy: wire.policy_name ?? "", policyHash: wire.policy_hash ?? "", component: wire.component_id ?? "" },
    label: wire.label ?? "",
    id: wire.request_id ?? "",
    tokens: wire.tokens ?? 0,
  };
}

export function wireFromLease({ ref, label, id, tokens }: Lease): WireLease {
  return {
    policy_name: ref.policy,
    policy_hash: ref.policyHash,
    component_id: ref.component,
    label,
    request_id: id,
    tokens,
  };
}
