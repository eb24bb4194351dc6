import { Buffer } from "node:buffer";
import type { CheckRequest, CheckResponse, EndRequest, Labels } from "../contract/check.ts";
import { endRequestFromWire, wireFromEndRequest } from "./wire/end.ts";
import { WIRE } from "./wire/load-proto.ts";
import type { WireCheckResponse } from "./wire/messages.ts";

/**
 * A flow that promised no end is ended when it is reported, as Aperture's agent does. That takes the ids of its leases, and
 * SDKs that are older than leases lose them: they report the fields of the answer that they know. But they hand back its
 * telemetry labels whole, so the FlowEnd that they cannot send travels in one of these.
 */
const END_LABEL = "aperture.flow_end";

/** More than a flow ever holds: one lease a limiter. */
const MOST_LEASES = 100;

const NONE: Labels = Object.freeze({});

/** The label by which the report of a flow will end it; none for a flow that holds nothing, or whose client ends it. */
export function endLabel(
  response: CheckResponse,
  { controlPoint, expectEnd }: Pick<CheckRequest, "controlPoint" | "expectEnd">,
): Labels {
  if (expectEnd || !response.accepted || response.leases.length === 0) return NONE;
  const request = wireFromEndRequest({ controlPoint, leases: response.leases });
  return { [END_LABEL]: WIRE.flowEnd.requestSerialize(request).toString("base64") };
}

/** What a report says is to be given back: all of the label, or what the decisions name where there is none. */
export function reportedEnd(message: WireCheckResponse, response: CheckResponse): EndRequest | undefined {
  if (message.expect_end === true || !response.accepted) return undefined;
  const labels = message.telemetry_flow_labels ?? NONE;
  const labelled = Object.hasOwn(labels, END_LABEL) ? endFromLabel(labels[END_LABEL] ?? "") : undefined;
  const end = labelled ?? { controlPoint: message.control_point ?? "", leases: response.leases };
  return end.leases.length > 0 && end.leases.length <= MOST_LEASES ? end : undefined;
}

/** The client may have changed it; what is no FlowEnd counts as none. */
function endFromLabel(text: string): EndRequest | undefined {
  try {
    return endRequestFromWire(WIRE.flowEnd.requestDeserialize(Buffer.from(text, "base64")));
  } catch {
    return undefined;
  }
}
