import type { Server } from "@grpc/grpc-js";
import type { CheckRequest, CheckResponse, Labels } from "../contract/check.ts";
import type { Awaitable, FlowControl } from "../contract/flow-control.ts";
import type { FlowRecord } from "../contract/flow-record.ts";
import { nowMs } from "../time.ts";
import { flowRecords } from "./flow-report.ts";
import { giveBack } from "./give-back.ts";
import { giveBackIfGone } from "./gone-client.ts";
import { checkHttpHandler } from "./http-service.ts";
import { endLabel } from "./reported-end.ts";
import { type ServedCall, type ServedControl, serve } from "./served-call.ts";
import { cacheKeysFromWire, cacheUpsertFromWire, wireFromCacheLookup, wireFromCacheOperations } from "./wire/cache.ts";
import { checkRequestFromWire, wireFromCheckResponse } from "./wire/check.ts";
import { CheckResponseWriter } from "./wire/check-response-writer.ts";
import { endRequestFromWire, wireFromEndResponse } from "./wire/end.ts";
import { WIRE } from "./wire/load-proto.ts";
import type { WireCheckRequest, WireCheckResponse, WireExportRequest, WireExportResponse } from "./wire/messages.ts";

const NO_LABELS: Labels = Object.freeze({});
const NO_SERVICES: readonly string[] = Object.freeze([]);

/** What a served control knows beside the calls themselves. */
export interface FlowControlServiceOptions {
  /** Names of the services at an address, for selectors that name one; none by default. */
  readonly servicesOf?: ((address: string) => readonly string[]) | undefined;
  /** Takes what clients report of finished flows; the control's own `recordFlow` by default. */
  readonly onFlow?: ((record: FlowRecord) => void) | undefined;
}

/**
 * Serves a control on a gRPC server as an Aperture agent does, so that every Aperture SDK can ask it: the services
 * `FlowControlService` and `FlowControlServiceHTTP`, and OTLP's `TraceService` for the flows that clients report.
 *
 * A rejection is an answer; an error of the control is the call's status, which clients take as a reason to fail open.
 *
 * @example
 * const server = new Server();
 * addFlowControlServices(server, await createEngine({ policies: "policies" }));
 * server.bindAsync("127.0.0.1:8089", ServerCredentials.createInsecure(), (error) => { ... });
 */
export function addFlowControlServices(
  server: Server,
  control: FlowControl,
  options: FlowControlServiceOptions = {},
): void {
  const { servicesOf, onFlow = (record) => control.recordFlow?.(record) } = options;
  const served: ServedControl = { control, servicesOf };
  const answers = new CheckResponseWriter();
  server.addService(
    {
      Check: {
        ...WIRE.check,
        responseSerialize: (response: WireCheckResponse) => answers.write(response),
      },
      CacheLookup: WIRE.cacheLookup,
      CacheUpsert: WIRE.cacheUpsert,
      CacheDelete: WIRE.cacheDelete,
      FlowEnd: WIRE.flowEnd,
    },
    {
      Check: serve((wire: WireCheckRequest, call) => check(wire, call, served)),
      CacheLookup: serve(async (wire, call) =>
        wireFromCacheLookup(await control.cacheLookup(cacheKeysFromWire(wire), call)),
      ),
      CacheUpsert: serve(async (wire, call) =>
        wireFromCacheOperations(await control.cacheUpsert(cacheUpsertFromWire(wire), call)),
      ),
      CacheDelete: serve(async (wire, call) =>
        wireFromCacheOperations(await control.cacheDelete(cacheKeysFromWire(wire), call)),
      ),
      FlowEnd: serve(async (wire, call) => wireFromEndResponse(await control.end(endRequestFromWire(wire), call))),
    },
  );
  server.addService({ CheckHTTP: WIRE.checkHttp }, { CheckHTTP: checkHttpHandler(served) });
  server.addService({ Export: WIRE.exportTraces }, { Export: serve((wire) => takeFlows(wire, control, onFlow)) });
}

function check(wire: WireCheckRequest, call: ServedCall, served: ServedControl): Awaitable<WireCheckResponse> {
  const startMs = nowMs();
  const { controlPoint, labels, rampMode, expectEnd, cache } = checkRequestFromWire(wire);
  // SDKs send a look-up of nothing with every check; it needs no cache.
  const empty = cache?.resultKey === undefined && cache?.globalKeys?.length === 0;
  const request: CheckRequest = {
    controlPoint,
    labels,
    rampMode,
    expectEnd,
    services: served.servicesOf?.(hostOf(call.peer)) ?? NO_SERVICES,
    cache: empty ? undefined : cache,
  };
  // To copy these takes a third of what it takes for labels without a prototype.
  const { labels: decoded = NO_LABELS } = wire;
  const answer = (response: CheckResponse): WireCheckResponse => {
    giveBackIfGone(response, request.controlPoint, { call, control: served.control });
    const message = wireFromCheckResponse(response, {
      request,
      labelNames: Object.keys(decoded),
      telemetryLabels: Object.assign(
        { ...decoded, "aperture.control_point_type": "feature" },
        endLabel(response, request),
      ),
      startMs,
      endMs: nowMs(),
    });
    return empty && response.accepted ? { ...message, cache_lookup_response: {} } : message;
  };
  const response = served.control.check(request, call);
  return response instanceof Promise ? response.then(answer) : answer(response);
}

/** Without the port; `unix:` addresses have none. */
function hostOf(peer: string): string {
  const host = peer.replace(/:\d+$/, "");
  return host.replace(/^\[(.*)\]$/, "$1");
}

function takeFlows(
  wire: WireExportRequest,
  control: FlowControl,
  onFlow: (record: FlowRecord) => void,
): WireExportResponse {
  const { records, ends, refused } = flowRecords(wire);
  for (const end of ends) giveBack(control, end);
  for (const record of records) onFlow(record);
  if (refused === 0) return {};
  return { partial_success: { rejected_spans: refused, error_message: "no check response that could be read" } };
}
