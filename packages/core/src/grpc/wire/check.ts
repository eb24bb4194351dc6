import type {
  CheckRequest,
  CheckResponse,
  Labels,
  Lease,
  LimiterDecision,
  RejectReason,
} from "../../contract/check.ts";
import { cacheKeysFromWire, cacheLookupFromWire, wireFromCacheLookup } from "./cache.ts";
import { decisionFromWire, wireFromDecision } from "./decision.ts";
import { durationFromMs, msFromDuration } from "./duration.ts";
import { malformed } from "./malformed.ts";
import type { WireCheckRequest, WireCheckResponse, WireDecision, WireDuration } from "./messages.ts";
import { knownStatus } from "./status-code.ts";

const ACCEPTED = 0;
const REJECTED = 1;

/** Index is the number on the wire. */
const REASONS = [undefined, "rate-limited", "no-tokens", "not-sampled", "no-matching-ramp"] as const;

const DEFAULT_STATUS: Readonly<Record<RejectReason, number>> = {
  "rate-limited": 429,
  "no-tokens": 503,
  "not-sampled": 403,
  "no-matching-ramp": 403,
};

export function checkRequestFromWire(wire: WireCheckRequest): CheckRequest {
  const { cache_lookup_request: keys } = wire;
  return {
    controlPoint: wire.control_point ?? "",
    // Without a prototype: names come from outside.
    labels: Object.assign(Object.create(null), wire.labels),
    rampMode: wire.ramp_mode === true,
    expectEnd: wire.expect_end === true,
    cache: keys && cacheKeysFromWire(keys),
  };
}

/**
 * The answer to a check. Every field of the wire has a default, and the default of a decision is "accepted": in ramp
 * mode, where a flow must not run by accident, an answer without a trace of the agent's work is none.
 *
 * @throws ApertureError APERTURE_TRANSPORT for an answer that makes no sense
 */
export function checkResponseFromWire(wire: WireCheckResponse, rampMode: boolean): CheckResponse {
  const decisions: LimiterDecision[] = [];
  for (const decision of wire.limiter_decisions ?? []) {
    const known = decisionFromWire(decision);
    if (known !== undefined) decisions.push(known);
  }
  const { decision_type: type = ACCEPTED } = wire;
  if (type === REJECTED) return rejectedFromWire(wire, decisions);
  if (type !== ACCEPTED) throw malformed(`decision type ${type}`);
  if (rampMode && wire.start === undefined && !wire.control_point) throw malformed("an empty answer in ramp mode");
  const leases: Lease[] = [];
  for (const { lease } of decisions) if (lease !== undefined) leases.push(lease);
  const cache = wire.cache_lookup_response;
  return { accepted: true, decisions, leases, cache: cache && cacheLookupFromWire(cache) };
}

function rejectedFromWire(wire: WireCheckResponse, decisions: readonly LimiterDecision[]): CheckResponse {
  const { reject_reason: number = 0, wait_time: wait } = wire;
  const reason = REASONS[number];
  if (reason === undefined) throw malformed(`reject reason ${number}`);
  const status = knownStatus(wire.denied_response_status_code) ?? DEFAULT_STATUS[reason];
  return { accepted: false, reason, status, waitMs: msFromDuration(wait), decisions };
}

/** What an answer on the wire says besides the decision. */
export interface CheckFrame {
  readonly request: Pick<CheckRequest, "controlPoint" | "expectEnd" | "services">;
  /** Names of all labels of the flow. */
  readonly labelNames: readonly string[];
  /** Labels that go on into telemetry. */
  readonly telemetryLabels: Labels;
  /** When deciding began and ended, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
}

/** All fields at once, whether they are set or not: objects of one shape are much cheaper than parts put together. */
export function wireFromCheckResponse(response: CheckResponse, frame: CheckFrame): WireCheckResponse {
  const { request, labelNames, telemetryLabels, startMs, endMs } = frame;
  const cache = response.accepted ? response.cache : undefined;
  const rejection = response.accepted ? undefined : response;
  return {
    start: durationFromMs(startMs),
    end: durationFromMs(endMs),
    services: request.services,
    control_point: request.controlPoint,
    flow_label_keys: [...labelNames].sort(),
    telemetry_flow_labels: telemetryLabels,
    decision_type: rejection === undefined ? ACCEPTED : REJECTED,
    reject_reason: rejection && REASONS.indexOf(rejection.reason),
    limiter_decisions: wireDecisions(response),
    wait_time: rejection && wireFromWait(rejection.waitMs),
    denied_response_status_code: rejection?.status,
    cache_lookup_response: cache && wireFromCacheLookup(cache),
    expect_end: request.expectEnd,
  };
}

/** Absent where nobody can say how long. */
function wireFromWait(waitMs: number): WireDuration | undefined {
  return waitMs > 0 && Number.isFinite(waitMs) ? durationFromMs(waitMs) : undefined;
}

/** The wire knows leases as parts of decisions only, so one that is part of none gets a decision. */
function wireDecisions(response: CheckResponse): readonly WireDecision[] {
  const { decisions } = response;
  const wire = decisions.map(wireFromDecision);
  for (const lease of response.accepted ? response.leases : []) {
    if (!decisions.some((decision) => decision.lease?.id === lease.id)) wire.push(wireOfLease(lease));
  }
  return wire;
}

function wireOfLease(lease: Lease): WireDecision {
  const { ref, label, tokens } = lease;
  const held = { consumed: tokens, remaining: 0, current: tokens };
  return wireFromDecision({ ref, kind: "concurrency-limiter", dropped: false, label, tokens: held, waitMs: 0, lease });
}
