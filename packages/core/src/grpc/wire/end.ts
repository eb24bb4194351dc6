import type { EndRequest, EndResponse, Lease, LeaseReturn } from "../../contract/check.ts";
import { leaseFromWire, wireFromLease } from "./decision.ts";
import type { WireEndRequest, WireEndResponse } from "./messages.ts";

export function wireFromEndRequest({ controlPoint, leases }: EndRequest): WireEndRequest {
  return { control_point: controlPoint, inflight_requests: leases.map(wireFromLease) };
}

export function endRequestFromWire(wire: WireEndRequest): EndRequest {
  return { controlPoint: wire.control_point ?? "", leases: (wire.inflight_requests ?? []).map(leaseFromWire) };
}

/** What became of each lease of the request; an agent answers in their order. */
export function endResponseFromWire(wire: WireEndResponse, leases: readonly Lease[]): EndResponse {
  const statuses = wire.token_return_statuses ?? [];
  return {
    returns: leases.map((lease, index): LeaseReturn => {
      const status = statuses[index];
      if (status === undefined) return { lease, returned: false, error: "the agent did not say what became of it" };
      const returned = status.returned === true;
      return status.error ? { lease, returned, error: status.error } : { lease, returned };
    }),
  };
}

export function wireFromEndResponse({ returns }: EndResponse): WireEndResponse {
  return {
    token_return_statuses: returns.map(({ lease, returned, error }) => ({
      inflight_request_ref: wireFromLease(lease),
      returned,
      error,
    })),
  };
}
