import type { Buffer } from "node:buffer";
import { fromJSON, type PackageDefinition } from "@grpc/proto-loader";
import { DESCRIPTOR } from "./descriptor.ts";
import type {
  WireCacheKeys,
  WireCacheLookupResponse,
  WireCacheOperations,
  WireCacheUpsertRequest,
  WireCheckHttpRequest,
  WireCheckHttpResponse,
  WireCheckRequest,
  WireCheckResponse,
  WireEndRequest,
  WireEndResponse,
  WireExportRequest,
  WireExportResponse,
} from "./messages.ts";

/** One unary method of the wire: where it is and how its messages become bytes. */
export interface WireMethod<Request, Response> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (response: Response) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

// The loader's type of a descriptor has no maps.
const definitions = fromJSON(DESCRIPTOR as Parameters<typeof fromJSON>[0], { longs: String, oneofs: true });

const CHECK = "aperture.flowcontrol.check.v1.FlowControlService";
const CHECK_HTTP = "aperture.flowcontrol.checkhttp.v1.FlowControlServiceHTTP";
const TRACE = "opentelemetry.proto.collector.trace.v1.TraceService";

/** Every method that is called or served. */
export const WIRE = {
  check: method<WireCheckRequest, WireCheckResponse>(CHECK, "Check"),
  cacheLookup: method<WireCacheKeys, WireCacheLookupResponse>(CHECK, "CacheLookup"),
  cacheUpsert: method<WireCacheUpsertRequest, WireCacheOperations>(CHECK, "CacheUpsert"),
  cacheDelete: method<WireCacheKeys, WireCacheOperations>(CHECK, "CacheDelete"),
  flowEnd: method<WireEndRequest, WireEndResponse>(CHECK, "FlowEnd"),
  checkHttp: method<WireCheckHttpRequest, WireCheckHttpResponse>(CHECK_HTTP, "CheckHTTP"),
  exportTraces: method<WireExportRequest, WireExportResponse>(TRACE, "Export"),
} as const;

/** The loader types its messages as `object`; which they are is written in `proto/`, which the types follow. */
function method<Request, Response>(service: string, name: string): WireMethod<Request, Response> {
  const found: object | undefined = (definitions[service] as Services)[name];
  if (found === undefined) throw new Error(`the descriptor lacks ${service}/${name}`);
  return found as WireMethod<Request, Response>;
}

type Services = Exclude<PackageDefinition[string], { readonly format: string }>;
