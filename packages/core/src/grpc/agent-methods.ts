import type { Buffer } from "node:buffer";
import type { CheckRequest, CheckResponse } from "../contract/check.ts";
import type { AgentMethod, Lane } from "./agent-connection.ts";
import type { WireAnswer } from "./answer-bytes.ts";
import { MOST_BATCHES } from "./flow-export.ts";
import type { FlowSpanWriter } from "./flow-span.ts";
import { LateAnswers } from "./late-answers.ts";
import { checkResponseFromWire } from "./wire/check.ts";
import { CheckRequestWriter } from "./wire/check-bytes.ts";
import { decidingFields } from "./wire/deciding-fields.ts";
import { checkHttpResponseFromWire } from "./wire/http.ts";
import { WIRE, type WireMethod } from "./wire/load-proto.ts";
import type { WireCheckHttpRequest, WireCheckHttpResponse } from "./wire/messages.ts";

/** Ends wait in the background, where only their memory counts. */
const MOST_ENDS = 10_000;

export type AgentMethods = ReturnType<typeof agentMethods>;

/** Takes what was decided for a flow that had stopped waiting. */
export type TakeLate = (controlPoint: string, response: CheckResponse) => void;

/** The methods of an agent; checks and cache calls share one bound on how many of them may wait. */
export function agentMethods(mostOutstanding: number, flows: FlowSpanWriter, takeLate: TakeLate) {
  const requests = new CheckRequestWriter();
  const checks: Lane = { most: mostOutstanding, outstanding: 0 };
  return {
    check: {
      ...method("Check", WIRE.check, checks),
      requestSerialize: (request: CheckRequest) => requests.write(request),
      responseDeserialize: (bytes: Buffer): WireAnswer => ({
        bytes,
        message: WIRE.check.responseDeserialize(decidingFields(bytes)),
      }),
      late: new LateAnswers(({ controlPoint, rampMode }: CheckRequest, { message }: WireAnswer) =>
        takeLate(controlPoint, checkResponseFromWire(message, rampMode)),
      ),
    },
    checkHttp: {
      ...method("CheckHTTP", WIRE.checkHttp, checks),
      late: new LateAnswers(({ control_point = "", ramp_mode }: WireCheckHttpRequest, answer: WireCheckHttpResponse) =>
        takeLate(control_point, checkHttpResponseFromWire(answer, ramp_mode === true)),
      ),
    },
    cacheLookup: method("CacheLookup", WIRE.cacheLookup, checks),
    cacheUpsert: method("CacheUpsert", WIRE.cacheUpsert, checks),
    cacheDelete: method("CacheDelete", WIRE.cacheDelete, checks),
    flowEnd: method("FlowEnd", WIRE.flowEnd, { most: MOST_ENDS, outstanding: 0, evenIfHung: true }),
    exportTraces: {
      ...method("Export", WIRE.exportTraces, { most: MOST_BATCHES, outstanding: 0 }),
      requestSerialize: (spans: readonly Buffer[]) => flows.batch(spans),
    },
  };
}

function method<Request, Response>(
  name: string,
  { path, requestSerialize, responseDeserialize }: WireMethod<Request, Response>,
  lane: Lane,
): Omit<AgentMethod<Request, Response>, "late"> {
  return { name, path, requestSerialize, responseDeserialize, lane };
}
