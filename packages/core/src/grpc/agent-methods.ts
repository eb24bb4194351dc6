import type { Buffer } from "node:buffer";
import type { CheckRequest } from "../contract/check.ts";
import type { AgentMethod, Lane } from "./agent-connection.ts";
import type { WireAnswer } from "./answer-bytes.ts";
import { MOST_BATCHES } from "./flow-export.ts";
import type { FlowSpanWriter } from "./flow-span.ts";
import { CheckRequestWriter } from "./wire/check-bytes.ts";
import { WIRE, type WireMethod } from "./wire/load-proto.ts";

/** Ends wait in the background, where only their memory counts. */
const MOST_ENDS = 10_000;

export type AgentMethods = ReturnType<typeof agentMethods>;

/** The methods of an agent; checks and cache calls share one bound on how many of them may wait. */
export function agentMethods(mostOutstanding: number, flows: FlowSpanWriter) {
  const requests = new CheckRequestWriter();
  const checks: Lane = { most: mostOutstanding, outstanding: 0 };
  return {
    check: {
      ...method("Check", WIRE.check, checks),
      requestSerialize: (request: CheckRequest) => requests.write(request),
      responseDeserialize: (bytes: Buffer): WireAnswer => ({ bytes, message: WIRE.check.responseDeserialize(bytes) }),
    },
    checkHttp: method("CheckHTTP", WIRE.checkHttp, checks),
    cacheLookup: method("CacheLookup", WIRE.cacheLookup, checks),
    cacheUpsert: method("CacheUpsert", WIRE.cacheUpsert, checks),
    cacheDelete: method("CacheDelete", WIRE.cacheDelete, checks),
    flowEnd: method("FlowEnd", WIRE.flowEnd, { most: MOST_ENDS, outstanding: 0 }),
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
): AgentMethod<Request, Response> {
  return { name, path, requestSerialize, responseDeserialize, lane };
}
