import { constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { status } from "@grpc/grpc-js";
import type { CallStatus } from "../failure.ts";

/** What gRPC makes of an answer that no gRPC server has written. */
const OF_HTTP: Readonly<Record<number, status>> = {
  400: status.INTERNAL,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.UNIMPLEMENTED,
  429: status.UNAVAILABLE,
  502: status.UNAVAILABLE,
  503: status.UNAVAILABLE,
  504: status.UNAVAILABLE,
};

/** What gRPC makes of a stream that was reset; INTERNAL of all other codes. */
const OF_RESET: Readonly<Record<number, status>> = {
  [constants.NGHTTP2_REFUSED_STREAM]: status.UNAVAILABLE,
  [constants.NGHTTP2_CANCEL]: status.CANCELLED,
  [constants.NGHTTP2_ENHANCE_YOUR_CALM]: status.RESOURCE_EXHAUSTED,
  [constants.NGHTTP2_INADEQUATE_SECURITY]: status.PERMISSION_DENIED,
};

const RESET_NAMES: readonly string[] = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

const OK: CallStatus = { code: status.OK, details: "" };

/** The status in the trailers of an answer, or in its headers where it has nothing else; undefined without any. */
export function statusIn(headers: IncomingHttpHeaders): CallStatus | undefined {
  const code = headers["grpc-status"];
  if (code === "0") return OK;
  if (code === undefined) return undefined;
  const details = decoded(String(headers["grpc-message"] ?? ""));
  return /^\d{1,9}$/.test(String(code))
    ? { code: Number(code), details }
    : { code: status.UNKNOWN, details: `a grpc-status that is no number: ${code}; ${details}` };
}

/** Why headers cannot be the beginning of an answer; undefined where they can. */
export function refusalIn(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): CallStatus | undefined {
  const { ":status": http = 0, "content-type": type = "" } = headers;
  if (http !== 200) return { code: OF_HTTP[http] ?? status.UNKNOWN, details: `the HTTP status ${http}` };
  if (type.startsWith("application/grpc")) return undefined;
  return { code: status.UNKNOWN, details: `an answer of the type "${type}", which is not gRPC` };
}

export const WITHOUT_STATUS: CallStatus = { code: status.UNKNOWN, details: "an answer without a grpc-status" };

/** What a stream ended with that has no trailers. */
export function statusOfReset(code: number): CallStatus {
  if (code === constants.NGHTTP2_NO_ERROR) return WITHOUT_STATUS;
  return {
    code: OF_RESET[code] ?? status.INTERNAL,
    details: `the stream was reset: ${RESET_NAMES[code] ?? `code ${code}`}`,
  };
}

/** Percent-encoded; what is encoded wrongly is left as it came. */
function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
