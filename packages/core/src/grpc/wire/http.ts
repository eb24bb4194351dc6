import type { CheckResponse, RejectReason } from "../../contract/check.ts";
import type { CheckHttpRequest, HttpAttributes, SocketAddress } from "../../contract/http.ts";
import { baggageFromLabels } from "./baggage.ts";
import { checkResponseFromWire } from "./check.ts";
import { malformed } from "./malformed.ts";
import type {
  WireCheckHttpRequest,
  WireCheckHttpResponse,
  WireDenied,
  WireHttpRequest,
  WireSocketAddress,
} from "./messages.ts";
import { knownStatus } from "./status-code.ts";
import { wellFormed } from "./well-formed.ts";

/**
 * The message has no field for the application's own labels. They travel as the request's `baggage`, which the agent
 * turns into plain labels; whatever baggage the client sent is not passed on, since it would speak with the application's
 * voice. `left` is told the names of labels that do not fit.
 */
export function wireFromCheckHttpRequest(
  request: CheckHttpRequest,
  left: (names: readonly string[]) => void,
): WireCheckHttpRequest {
  const { http, controlPoint, rampMode, expectEnd, source, destination } = request;
  const baggage = baggageFromLabels(request.labels);
  if (baggage.left.length > 0) left(baggage.left);
  return {
    source: source && wireFromAddress(source),
    destination: destination && wireFromAddress(destination),
    request: wireFromHttp(http, baggage.header),
    control_point: wellFormed(controlPoint),
    ramp_mode: rampMode,
    expect_end: expectEnd,
  };
}

/** An empty address makes an agent refuse the whole request. */
function wireFromAddress({ address, port }: SocketAddress): WireSocketAddress | undefined {
  return address === "" ? undefined : { address, port };
}

function wireFromHttp(http: HttpAttributes, baggage: string | undefined): WireHttpRequest {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(http.headers)) {
    const lower = name.toLowerCase();
    if (lower !== "baggage") headers[wellFormed(lower)] = wellFormed(value);
  }
  if (baggage !== undefined) headers["baggage"] = baggage;
  const { method, path, host, scheme, size, protocol, body } = http;
  return { method, path: wellFormed(path), host, scheme, size, protocol, body: body && wellFormed(body), headers };
}

export function httpFromWire(wire: WireHttpRequest): HttpAttributes {
  return {
    method: wire.method ?? "",
    path: wire.path ?? "",
    host: wire.host ?? "",
    scheme: wire.scheme ?? "",
    protocol: wire.protocol ?? "",
    size: Number(wire.size ?? 0),
    // Without a prototype: names come from outside.
    headers: Object.assign(Object.create(null), wire.headers),
    body: wire.body,
  };
}

export function addressFromWire(wire: WireSocketAddress | undefined): SocketAddress | undefined {
  return wire && { address: wire.address ?? "", port: wire.port ?? 0 };
}

/** @throws ApertureError APERTURE_TRANSPORT for an answer that makes no sense */
export function checkHttpResponseFromWire(wire: WireCheckHttpResponse, rampMode: boolean): CheckResponse {
  const { denied_response: denied, check_response: check } = wire;
  if (check === undefined) return withoutDetails(wire, rampMode);
  const response = checkResponseFromWire(check, rampMode);
  if (response.accepted) {
    if (denied !== undefined) throw malformed("a denial of a flow that was accepted");
    return response;
  }
  const status = knownStatus(denied?.status) ?? response.status;
  // The agent moves the wait into a header, in whole seconds; the decisions still know it exactly.
  const drops = response.decisions.filter(({ dropped }) => dropped);
  const longest = drops.reduce((most, { waitMs }) => Math.max(most, waitMs), response.waitMs);
  return { ...response, status, waitMs: longest > 0 ? longest : retryAfterMs(denied) };
}

function withoutDetails(
  { denied_response: denied, ok_response: ok }: WireCheckHttpResponse,
  rampMode: boolean,
): CheckResponse {
  if (denied !== undefined) {
    const status = knownStatus(denied.status) ?? 403;
    return { accepted: false, reason: reasonOf(status), status, waitMs: retryAfterMs(denied), decisions: [] };
  }
  if (ok === undefined || rampMode) throw malformed("neither a decision nor a denial");
  return { accepted: true, decisions: [], leases: [] };
}

function reasonOf(status: number): RejectReason {
  if (status === 429) return "rate-limited";
  return status === 503 ? "no-tokens" : "not-sampled";
}

function retryAfterMs(denied: WireDenied | undefined): number {
  const seconds = Number(denied?.headers?.["retry-after"]);
  return seconds > 0 ? seconds * 1000 : 0;
}

/** How the HTTP client is to be answered; the wait is whole seconds there, rounded up. */
export function wireFromRejection({ status, waitMs }: CheckResponse & { accepted: false }): WireDenied {
  return waitMs > 0 && Number.isFinite(waitMs)
    ? { status, headers: { "retry-after": String(Math.ceil(waitMs / 1000)) } }
    : { status };
}
