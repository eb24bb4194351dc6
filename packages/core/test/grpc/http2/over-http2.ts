import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { agentSettings } from "../../../src/agent-options.ts";
import type { AgentPlace } from "../../../src/agent-target.ts";
import { Complaints } from "../../../src/complaints.ts";
import { ApertureError } from "../../../src/contract/errors.ts";
import type { UnaryMethod } from "../../../src/grpc/agent-transport.ts";
import { codeOf } from "../../../src/grpc/failure.ts";
import { Http2Transport } from "../../../src/grpc/http2/http2-transport.ts";
import { type Http2PeerOptions, http2Peer } from "../rude-peer.ts";

/** A method whose messages stay the bytes that they are. */
export const ECHO: UnaryMethod<Buffer, Buffer> = {
  name: "Echo",
  path: "/test/Echo",
  requestSerialize: (bytes) => bytes,
  responseDeserialize: (bytes) => bytes,
};

export const NO_LIMIT = { timeoutMs: undefined, options: {} };

export function transportTo(address: string, apiKey?: string): Http2Transport {
  const given = { address, apiKey, insecure: true, transport: "http2" } as const;
  const settings = agentSettings(given, new Complaints({ warn: () => undefined }));
  return new Http2Transport(settings, settings.http2 as AgentPlace);
}

/** A transport to a peer that does with each call what it likes; both are gone afterwards. */
export async function over(
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  work: (transport: Http2Transport, address: string) => Promise<unknown>,
  options?: Http2PeerOptions,
): Promise<void> {
  const peer = await http2Peer(onStream, options);
  const transport = transportTo(peer.address, "secret");
  try {
    await work(transport, peer.address);
  } finally {
    transport.close();
    await peer.close();
  }
}

export function echo(transport: Http2Transport, text: string, signal?: AbortSignal): Promise<string> {
  const ask = { request: Buffer.from(text), timeoutMs: 10_000, options: { signal } };
  return transport.call(ECHO, ask).then(String);
}

/** The status that a call fails with, and the text. */
export async function failureOf(calling: Promise<unknown>): Promise<[code: number | undefined, message: string]> {
  try {
    await calling;
  } catch (cause) {
    if (cause instanceof ApertureError) return [codeOf(cause), cause.message];
    throw cause;
  }
  throw new Error("the call did not fail");
}
