import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { FlowStatus } from "../contract/flow-status.ts";
import type { Flow } from "../flow.ts";
import type { AnswerHeaders } from "./answer-headers.ts";

/** How a response's outcome becomes a flow's status. */
export interface EndOptions {
  readonly isError: (statusCode: number) => boolean;
  readonly abortStatus: "ok" | "error";
}

export interface ResponseEndOptions extends EndOptions {
  readonly sockets: SocketWatch;
}

/**
 * Ends a flow exactly once, on the first of response `finish`, response `close` and socket `close`. Each alone leaks:
 * before Node 26 a pipelined response that never reached its socket emits nothing of its own when the client goes away,
 * and a request's `close` comes as soon as its body was read, long before the response.
 */
export class ResponseEnd {
  readonly #flow: Flow;
  readonly #exchange: Exchange;
  readonly #options: ResponseEndOptions;
  readonly #socketListeners: Set<() => void> | undefined;
  #isSettled = false;

  constructor(flow: Flow, exchange: Exchange, options: ResponseEndOptions) {
    const { message, response } = exchange;
    this.#flow = flow;
    this.#exchange = exchange;
    this.#options = options;
    // Not taken off again: the response is done with, and a flag costs less than two removals.
    response.on("finish", this.#settle);
    response.on("close", this.#settle);
    this.#socketListeners = options.sockets.add(message.socket, this.#settle);
  }

  readonly #settle = (): void => {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#socketListeners?.delete(this.#settle);
    const { message, response } = this.#exchange;
    const code = response.statusCode;
    this.#flow.setHttpStatusCode(code);
    const failed = isAborted(message, response) ? this.#options.abortStatus === "error" : this.#options.isError(code);
    // The application may have ended the flow itself, and earlier.
    if (failed && !this.#flow.ended) this.#flow.setStatus(FlowStatus.Error);
    void this.#flow.end();
  };
}

/** One request and its response, as Node has them. */
export interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Where the framework keeps the headers of its answer until it sends them; the response by default. */
  readonly headers?: AnswerHeaders | undefined;
}

/** An aborted HTTP/2 stream emits `finish` like a success; only the request tells that it was not. */
function isAborted(message: IncomingMessage, response: ServerResponse): boolean {
  return !response.writableFinished || message.aborted;
}

/** True when nobody is left to answer: the response or the connection below it is gone. */
export function isAbandoned({ message, response }: Exchange): boolean {
  return response.destroyed || message.socket?.destroyed === true;
}

/** One `close` listener a socket, however many responses are under way on it: a keep-alive socket sees thousands. */
export class SocketWatch {
  readonly #sockets = new WeakMap<Socket, Set<() => void>>();

  /** Those who are told when the socket closes, `closed` now among them; whoever no longer cares deletes itself. */
  add(socket: Socket | undefined, closed: () => void): Set<() => void> | undefined {
    if (socket === undefined || socket === null) return undefined;
    const listeners = this.#sockets.get(socket) ?? this.#watch(socket);
    listeners.add(closed);
    return listeners;
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
