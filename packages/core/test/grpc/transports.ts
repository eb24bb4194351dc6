import type { ApertureClientOptions } from "../../src/client-options.ts";
import { type Connected, connected } from "./connected.ts";

export type Transport = NonNullable<ApertureClientOptions["transport"]>;

export const TRANSPORTS: readonly Transport[] = ["grpc-js", "http2"];

/** What has to be true whatever carries the calls to an agent. */
export function overEachTransport(title: string, cases: (transport: Transport) => void): void {
  for (const transport of TRANSPORTS) describe(`${title}, over ${transport}`, () => cases(transport));
}

/** `connected` with one transport. */
export function connectedOver(transport: Transport): typeof connected {
  return (work: (connected: Connected) => Promise<void>, agentOptions = {}, clientOptions = {}) =>
    connected(work, agentOptions, { transport, ...clientOptions });
}
