import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { FlowStatus } from "../contract/flow-status.ts";
import type { Flow } from "../flow.ts";
import type { Exchange } from "./exchange.ts";

/** How a response's outcome becomes a flow's status. */
export interface EndOptions {
  readonly isError: (statusCode: number) => boolean;
  readonly abortStatus: "ok" | "error";
}

export interface ResponseEndOptions extends EndOptions {
  /** Given where the response has no socket that would tell it. */
  readonly sockets?: SocketWatch | undefined;
}

/**
 * Ends a flow exactly once, on the first of response `finish`, response `close` and, for a response that has no socket
 * yet, socket `close`. Each alone leaks: before Node 26 a pipelined response that never reached its socket emits nothing
 * of its own when the client goes away, and a request's `close` comes as soon as its body was read, long before the
 * response.
 */
export function endWithResponse(flow: Flow, exchange: Exchange, options: ResponseEndOptions): void {
  const { message, response, sent } = exchange;
  let isSettled = false;
  const settle = (isAborted: boolean): void => {
    isSettled = true;
    forgetSocket?.();
    const code = response.statusCode;
    flow.setHttpStatusCode(code);
    const failed = isAborted ? options.abortStatus === "error" : options.isError(code);
    // The application may have ended the flow itself, and earlier.
    if (failed && !flow.ended) flow.setStatus(FlowStatus.Error);
    void flow.end();
  };
  const close = (): void => {
    if (!isSettled) settle(!response.writableFinished || message.aborted);
  };
  // Not taken off again: the response is done with, and a flag costs less than two removals.
  response.on("finish", () => {
    // An aborted HTTP/2 stream emits `finish` like a success; only the request tells that it was not.
    if (!isSettled) settle(isHttp2(sent) && message.aborted);
  });
  response.on("close", close);
  const forgetSocket = options.sockets?.add(message.socket, close);
}

function isHttp2(sent: IncomingHttpHeaders): boolean {
  return sent[":method"] !== undefined;
}

/** True where a response has no connection yet, because others go first on it, or (HTTP/2) no more. */
export function lacksSocket({ response }: Exchange): boolean {
  return !response.socket;
}

/** True when nobody is left to answer: the response is gone or, where it has no connection of its own, the request's. */
export function isAbandoned({ message, response }: Exchange, lacking: boolean): boolean {
  return response.destroyed || (lacking && message.socket?.destroyed === true);
}

/**
 * Tells responses that wait behind others on their connection when it closes: one `close` listener a socket, however many
 * they are. A response that has its socket is told by Node.
 */
export class SocketWatch {
  readonly #sockets = new WeakMap<Socket, Set<() => void>>();

  /** Calls `closed` when the socket closes; returns what takes that back. */
  add(socket: Socket | null | undefined, closed: () => void): (() => void) | undefined {
    if (socket === undefined || socket === null) return undefined;
    const listeners = this.#sockets.get(socket) ?? this.#watch(socket);
    listeners.add(closed);
    return () => void listeners.delete(closed);
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
