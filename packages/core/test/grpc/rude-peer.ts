import { once } from "node:events";
import {
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from "node:http2";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** Something that listens where an agent should. */
export interface RudePeer {
  readonly address: string;
  close(): Promise<void>;
}

/** Talks raw TCP. */
export function tcpPeer(onConnection: (socket: Socket) => void): Promise<RudePeer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  return listening(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

export interface Http2PeerOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  readonly settings?: Settings;
  readonly onSession?: (session: ServerHttp2Session) => void;
}

/** Talks HTTP/2, and answers a call with whatever it likes. */
export function http2Peer(
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  { host, settings, onSession }: Http2PeerOptions = {},
): Promise<RudePeer> {
  const server = createHttp2Server({ settings });
  const closers = new Set<() => void>();
  server.on("session", (session) => {
    const close = () => session.destroy();
    closers.add(close);
    session.on("error", () => undefined).on("close", () => closers.delete(close));
    onSession?.(session);
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    onStream(stream, headers);
  });
  const disconnect = () => {
    for (const close of closers) close();
  };
  return listening(server, disconnect, host);
}

/** A message in gRPC's frame: not compressed, then its length. */
export function framed(message: Uint8Array, length = message.length): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(length, 1);
  frame.set(message, 5);
  return frame;
}

/** Answers as a gRPC server does, but for the message and the trailers. */
export function answer(stream: ServerHttp2Stream, message: Uint8Array, trailers: Record<string, string>): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(message);
}

async function listening(server: Server | Http2Server, disconnect: () => void, host = "127.0.0.1"): Promise<RudePeer> {
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: `${host}:${port}`,
    async close() {
      server.close();
      disconnect();
    },
  };
}
