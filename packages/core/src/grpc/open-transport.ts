import type { AgentSettings } from "../agent-options.ts";
import type { AgentTransport } from "./agent-transport.ts";
import { GrpcJsTransport } from "./grpc-js-transport.ts";
import { Http2Transport } from "./http2/http2-transport.ts";

/** The transport that the settings ask for; it begins to connect. */
export function openTransport(settings: AgentSettings): AgentTransport {
  return settings.http2 === undefined ? new GrpcJsTransport(settings) : new Http2Transport(settings, settings.http2);
}
