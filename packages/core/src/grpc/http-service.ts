import type { Buffer } from "node:buffer";
import { type handleUnaryCall, status } from "@grpc/grpc-js";
import type { CheckResponse, Labels } from "../contract/check.ts";
import type { Awaitable } from "../contract/flow-control.ts";
import { type CheckHttpRequest, type HttpAttributes, httpLabels } from "../contract/http.ts";
import { nowMs } from "../time.ts";
import { giveBackIfGone } from "./gone-client.ts";
import { endLabel } from "./reported-end.ts";
import { type ServedCall, type ServedControl, StatusError, serve } from "./served-call.ts";
import { labelsFromBaggage } from "./wire/baggage.ts";
import { wireFromCheckResponse } from "./wire/check.ts";
import { addressFromWire, httpFromWire, wireFromRejection } from "./wire/http.ts";
import { WIRE } from "./wire/load-proto.ts";
import type { WireCheckHttpRequest, WireCheckHttpResponse, WireSocketAddress } from "./wire/messages.ts";

/** How the label of an address reads whose services are not known. */
const UNKNOWN = "UNKNOWN";

const NO_REQUEST: HttpAttributes = {
  method: "",
  path: "",
  host: "",
  scheme: "",
  protocol: "",
  size: 0,
  headers: Object.freeze({}),
};

/** Parts of a request that go on into telemetry; headers and lengths do not. */
const TELEMETRY = ["http.method", "http.target", "http.host", "http.scheme", "http.flavor"];

/**
 * CheckHTTP as Aperture's agent answers it, but that labels made by classifiers stay with the control. Labels of the
 * baggage win over those of the request, and names of services over both.
 */
export function checkHttpHandler(served: ServedControl): handleUnaryCall<WireCheckHttpRequest, WireCheckHttpResponse> {
  return serve((wire, call) => checkHttp(wire, call, served));
}

function checkHttp(
  wire: WireCheckHttpRequest,
  call: ServedCall,
  { control, servicesOf }: ServedControl,
): Awaitable<WireCheckHttpResponse> {
  const startMs = nowMs();
  if (!wire.control_point) throw new StatusError(status.INVALID_ARGUMENT, "missing control-point");
  const sources = servicesAt(wire.source, servicesOf);
  const destinations = servicesAt(wire.destination, servicesOf);
  const http = wire.request === undefined ? NO_REQUEST : httpFromWire(wire.request);
  const baggage = labelsFromBaggage(baggageOf(http));
  const request: CheckHttpRequest = {
    controlPoint: wire.control_point,
    labels: Object.assign(Object.create(null), baggage, {
      "aperture.source_fqdns": sources.join(",") || UNKNOWN,
      "aperture.destination_fqdns": destinations.join(",") || UNKNOWN,
    }),
    http,
    source: addressFromWire(wire.source),
    destination: addressFromWire(wire.destination),
    services: destinations,
    rampMode: wire.ramp_mode === true,
    expectEnd: wire.expect_end === true,
  };
  const answer = (response: CheckResponse): WireCheckHttpResponse => {
    giveBackIfGone(response, request.controlPoint, { call, control });
    const ofRequest = wire.request === undefined ? {} : httpLabels(http);
    return wireAnswer(response, {
      request: { ...request, services: destinations.length === 0 ? [""] : destinations },
      labelNames: Object.keys({ ...ofRequest, ...request.labels }),
      telemetryLabels: {
        ...pick(ofRequest, TELEMETRY),
        ...baggage,
        "aperture.control_point_type": "http",
        "aperture.source_fqdns": sources.join(","),
        "aperture.destination_fqdns": destinations.join(","),
        ...endLabel(response, request),
      },
      startMs,
      endMs: nowMs(),
    });
  };
  const response = control.checkHttp(request, call);
  return response instanceof Promise ? response.then(answer) : answer(response);
}

function wireAnswer(
  response: CheckResponse,
  frame: Parameters<typeof wireFromCheckResponse>[1],
): WireCheckHttpResponse {
  const check = wireFromCheckResponse(response, frame);
  const bytes: Buffer = WIRE.check.responseSerialize(check);
  const metadata = { fields: { "aperture.check_response": { stringValue: bytes.toString("base64") } } };
  return {
    status: { code: response.accepted ? status.OK : status.UNAVAILABLE },
    ...(response.accepted ? { ok_response: {} } : { denied_response: wireFromRejection(response) }),
    dynamic_metadata: metadata,
    // The wait has become a header; the decisions keep theirs.
    check_response: { ...check, wait_time: undefined },
  };
}

/** The reference refuses an address without text, with a status that says nothing. */
function servicesAt(wire: WireSocketAddress | undefined, servicesOf: ServedControl["servicesOf"]): readonly string[] {
  if (wire === undefined) return [];
  if (!wire.address || (wire.port ?? 0) > 65535) {
    throw new StatusError(status.UNKNOWN, "invalid SocketAddress: an address and a port up to 65535 are needed");
  }
  return servicesOf?.(wire.address) ?? [];
}

/** Header names have no case; the reference finds it in lower case only. */
function baggageOf({ headers }: HttpAttributes): string | undefined {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === "baggage");
  return name === undefined ? undefined : headers[name];
}

function pick(labels: Labels, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));
}
