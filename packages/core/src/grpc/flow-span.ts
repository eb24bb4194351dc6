import { randomFillSync } from "node:crypto";
import type { FlowRecord } from "../contract/flow-record.ts";
import { ATTRIBUTE, nanosFromMs, SPAN_NAME } from "./flow-attributes.ts";
import type { WireAttribute, WireExportRequest, WireSpan } from "./wire/messages.ts";

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/**
 * A flow as agents read it: milliseconds for those of today, nanoseconds for older ones, the check's answer as the base64
 * of its bytes.
 */
export function spanOf(record: FlowRecord, checkResponse: string): WireSpan {
  const { status, startMs, workloadStartMs, endMs, httpStatusCode } = record;
  const startNs = nanosFromMs(startMs);
  const endNs = nanosFromMs(endMs);
  const attributes = [
    text(ATTRIBUTE.source, "sdk"),
    text(ATTRIBUTE.checkResponse, checkResponse),
    text(ATTRIBUTE.status, status),
    integer(ATTRIBUTE.startMs, Math.floor(startMs)),
    integer(ATTRIBUTE.startNs, startNs),
    integer(ATTRIBUTE.workloadStartMs, Math.floor(workloadStartMs)),
    integer(ATTRIBUTE.workloadStartNs, nanosFromMs(workloadStartMs)),
    integer(ATTRIBUTE.endMs, Math.floor(endMs)),
    integer(ATTRIBUTE.endNs, endNs),
  ];
  if (httpStatusCode !== undefined) attributes.push(text(ATTRIBUTE.httpStatusCode, String(httpStatusCode)));
  const ids = randomFillSync(new Uint8Array(TRACE_ID_BYTES + SPAN_ID_BYTES));
  return {
    trace_id: ids.subarray(0, TRACE_ID_BYTES),
    span_id: ids.subarray(TRACE_ID_BYTES),
    name: SPAN_NAME,
    start_time_unix_nano: startNs,
    end_time_unix_nano: endNs,
    attributes,
  };
}

function text(key: string, value: string): WireAttribute {
  return { key, value: { string_value: value } };
}

function integer(key: string, value: number | string): WireAttribute {
  return { key, value: { int_value: value } };
}

const SCOPE = Object.freeze({ name: "@aperture-flow/core" });
const RESOURCE = Object.freeze({ attributes: [text("service.name", "@aperture-flow/core")] });

export function exportRequest(spans: readonly WireSpan[]): WireExportRequest {
  return { resource_spans: [{ resource: RESOURCE, scope_spans: [{ scope: SCOPE, spans }] }] };
}
