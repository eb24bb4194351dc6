import { Buffer } from "node:buffer";
import type { EndRequest } from "../contract/check.ts";
import type { FlowRecord } from "../contract/flow-record.ts";
import { FlowStatus } from "../contract/flow-status.ts";
import { ATTRIBUTE } from "./flow-attributes.ts";
import { reportedEnd } from "./reported-end.ts";
import { checkResponseFromWire } from "./wire/check.ts";
import { checkResponseFromJson } from "./wire/json.ts";
import { WIRE } from "./wire/load-proto.ts";
import type { WireCheckResponse, WireExportRequest, WireSpan, WireValue } from "./wire/messages.ts";

export interface FlowReports {
  readonly records: readonly FlowRecord[];
  /** What flows held that promised no end: they are over. */
  readonly ends: readonly EndRequest[];
  /** Spans of flows whose check response could not be read. */
  readonly refused: number;
}

/** The flows in an OTLP request. Spans of anything else are passed over, as Aperture's agent does. */
export function flowRecords({ resource_spans = [] }: WireExportRequest): FlowReports {
  const records: FlowRecord[] = [];
  const ends: EndRequest[] = [];
  let refused = 0;
  for (const { scope_spans = [] } of resource_spans) {
    for (const { spans = [] } of scope_spans) {
      for (const span of spans) {
        const values = valuesOf(span);
        if (!values.has(ATTRIBUTE.source) || !values.has(ATTRIBUTE.checkResponse)) continue;
        const report = reportOf(values);
        if (report === undefined) refused += 1;
        else records.push(report.record);
        if (report?.end !== undefined) ends.push(report.end);
      }
    }
  }
  return { records, ends, refused };
}

function valuesOf({ attributes = [] }: WireSpan): Map<string, WireValue> {
  return new Map(attributes.map(({ key = "", value = {} }) => [key, value]));
}

interface FlowReport {
  readonly record: FlowRecord;
  readonly end: EndRequest | undefined;
}

function reportOf(values: ReadonlyMap<string, WireValue>): FlowReport | undefined {
  const text = (name: string) => values.get(name)?.string_value;
  const message = messageOf(text(ATTRIBUTE.checkResponse) ?? "");
  if (message === undefined) return undefined;
  const endMs = timeOf(values, ATTRIBUTE.endMs, ATTRIBUTE.endNs);
  const startMs = timeOf(values, ATTRIBUTE.startMs, ATTRIBUTE.startNs);
  const statusCode = Number(text(ATTRIBUTE.httpStatusCode));
  try {
    const response = checkResponseFromWire(message, false);
    const record: FlowRecord = {
      controlPoint: message.control_point ?? "",
      response,
      status: statusOf(text(ATTRIBUTE.status), statusCode),
      startMs,
      workloadStartMs: timeOf(values, ATTRIBUTE.workloadStartMs, ATTRIBUTE.workloadStartNs) || startMs,
      endMs,
      httpStatusCode: statusCode > 0 ? statusCode : undefined,
    };
    return { record, end: reportedEnd(message, response) };
  } catch {
    return undefined;
  }
}

/** The status code has the last word; without either, the flow went wrong. */
function statusOf(status: string | undefined, statusCode: number): FlowStatus {
  if (statusCode >= 100 && statusCode < 400) return FlowStatus.OK;
  return Object.values(FlowStatus).find((known) => known === status) ?? FlowStatus.Error;
}

/** Integers only: SDKs that send a text or a fraction send a mistake. 0 where neither is there. */
function timeOf(values: ReadonlyMap<string, WireValue>, msName: string, nsName: string): number {
  const ms = values.get(msName)?.int_value;
  return ms === undefined ? Number(values.get(nsName)?.int_value ?? 0) / 1e6 : Number(ms);
}

function messageOf(text: string): WireCheckResponse | undefined {
  try {
    // JSON may hold anything; its way through bytes leaves values of the fields' own types, or fails.
    const json = text.startsWith("{") ? WIRE.check.responseSerialize(checkResponseFromJson(text)) : undefined;
    return WIRE.check.responseDeserialize(json ?? Buffer.from(text, "base64"));
  } catch {
    return undefined;
  }
}
