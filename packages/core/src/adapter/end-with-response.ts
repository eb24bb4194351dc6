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
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: EndOptions;
  readonly #sockets: SocketWatch;

  constructor(flow: Flow, exchange: Exchange, options: ResponseEndOptions) {
    this.#flow = flow;
    this.#message = exchange.message;
    this.#response = exchange.response;
    this.#options = options;
    this.#sockets = options.sockets;
    this.#response.once("finish", this.#settle);
    this.#response.once("close", this.#settle);
    this.#sockets.add(this.#message.socket, this.#settle);
  }

  readonly #settle = (): void => {
    this.#response.off("finish", this.#settle);
    this.#response.off("close", this.#settle);
    this.#sockets.delete(this.#message.socket, this.#settle);
    const code = this.#response.statusCode;
    this.#flow.setHttpStatusCode(code);
    const failed = isAborted(this.#message, this.#response)
      ? this.#options.abortStatus === "error"
      : this.#options.isError(code);
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

  add(socket: Socket | undefined, closed: () => void): void {
    if (socket === undefined || socket === null) return;
    let listeners = this.#sockets.get(socket);
    if (listeners === undefined) {
      const added = new Set<() => void>();
      listeners = added;
      this.#sockets.set(socket, added);
      // A copy: each of them deletes itself.
      socket.once("close", () => {
        for (const listener of [...added]) listener();
      });
    }
    listeners.add(closed);
  }

  delete(socket: Socket | undefined, closed: () => void): void {
    if (socket !== undefined && socket !== null) this.#sockets.get(socket)?.delete(closed);
  }
}
