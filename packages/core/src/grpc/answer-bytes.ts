import type { Buffer } from "node:buffer";
import type { FlowRecord } from "../contract/flow-record.ts";
import { wireFromCheckResponse } from "./wire/check.ts";
import { WIRE } from "./wire/load-proto.ts";
import type { WireCacheLookupResponse, WireCheckResponse } from "./wire/messages.ts";

/** An answer as it came from the agent: it says more than the contract, and telemetry hands all of it back. */
export interface WireAnswer {
  readonly message: WireCheckResponse;
  /** Where it came alone, the bytes of all that came; the message then is what decides. */
  readonly bytes: Buffer | undefined;
}

/** The answer of a flow for telemetry: what was found in a cache is left out of it. */
export function answerBytes(record: FlowRecord, answer: WireAnswer | undefined): Buffer {
  const message = answer?.message ?? messageOf(record);
  const { cache_lookup_response: cache } = message;
  if (cache === undefined) return answer?.bytes ?? WIRE.check.responseSerialize(message);
  const whole = answer?.bytes === undefined ? message : WIRE.check.responseDeserialize(answer.bytes);
  return WIRE.check.responseSerialize({ ...whole, cache_lookup_response: withoutValues(cache) });
}

function messageOf({ controlPoint, response, startMs, workloadStartMs }: FlowRecord): WireCheckResponse {
  return wireFromCheckResponse(response, {
    request: { controlPoint, expectEnd: true },
    labelNames: [],
    telemetryLabels: {},
    startMs,
    endMs: workloadStartMs,
  });
}

function withoutValues(cache: WireCacheLookupResponse): WireCacheLookupResponse {
  const { result_cache_response: result, global_cache_responses: global = {} } = cache;
  return {
    result_cache_response: result && { ...result, value: undefined },
    global_cache_responses: Object.fromEntries(
      Object.entries(global).map(([key, lookup]) => [key, { ...lookup, value: undefined }]),
    ),
  };
}
