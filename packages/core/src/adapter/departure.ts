import type { ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Exchange } from "./exchange.ts";

/**
 * The connection that an HTTP/1 response has to itself. Undefined where others go first on it, where the response is done,
 * and for HTTP/2 and injected requests, whose sockets stand for something else.
 */
export function ownSocket({ socket }: ServerResponse): Socket | undefined {
  return socket instanceof Socket ? socket : undefined;
}

/** How an adapter learns that a client has left. */
export class Departures {
  readonly #sockets = new WeakMap<Socket, Set<() => void>>();

  /**
   * Calls `left` when nobody is left to answer; what it returns takes that back. It may be called after the response has
   * finished, too.
   *
   * A response with a connection to itself is lost with that, and only with that. To watch the socket saves a listener on
   * the response, which of an Express request costs as much as a header (Node 20).
   */
  add(exchange: Exchange, socket: Socket | undefined, left: () => void): () => void {
    if (socket !== undefined) return this.#addTo(socket, left);
    const { message, response } = exchange;
    response.on("close", left);
    // Before Node 26 a pipelined response that never reached its socket emits nothing when the client goes away.
    const forgetSocket = !response.socket && message.socket ? this.#addTo(message.socket, left) : undefined;
    return () => {
      response.off("close", left);
      forgetSocket?.();
    };
  }

  /** One `close` listener a socket, however many responses wait on it. */
  #addTo(socket: Socket, left: () => void): () => void {
    const listeners = this.#sockets.get(socket) ?? this.#watch(socket);
    listeners.add(left);
    return () => void listeners.delete(left);
  }

  #watch(socket: Socket): Set<() => void> {
    const listeners = new Set<() => void>();
    this.#sockets.set(socket, listeners);
    socket.once("close", () => {
      // A copy: each of them deletes itself.
      for (const listener of [...listeners]) listener();
    });
    return listeners;
  }
}

/** True when nobody is left to answer: the connection is gone, or the response is. */
export function isAbandoned({ message, response }: Exchange, socket: Socket | undefined): boolean {
  if (socket !== undefined) return socket.destroyed;
  return response.destroyed || (!response.socket && message.socket?.destroyed === true);
}
