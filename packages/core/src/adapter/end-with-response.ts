import type { Socket } from "node:net";
import { FlowStatus } from "../contract/flow-status.ts";
import type { Flow } from "../flow.ts";
import { listenToResponse, type ResponseListener } from "./connection.ts";
import type { Exchange } from "./exchange.ts";

/** How a response's outcome becomes a flow's status. */
export interface EndOptions {
  readonly isError: (statusCode: number) => boolean;
  readonly abortStatus: "ok" | "error";
}

/**
 * Ends a flow exactly once, on the first of response `finish` and the departure of its client: see
 * {@link listenToResponse}. Each alone leaks, and a request's `close` comes as soon as its body was read, long before the
 * response.
 *
 * @param socket the response's own, where it has one
 */
export function endWithResponse(flow: Flow, exchange: Exchange, socket: Socket | undefined, options: EndOptions): void {
  listenToResponse(exchange, socket, new ResponseEnd(flow, exchange, options));
}

class ResponseEnd implements ResponseListener {
  readonly #flow: Flow;
  readonly #exchange: Exchange;
  readonly #options: EndOptions;
  #isOver = false;
  next: ResponseListener | undefined = undefined;

  constructor(flow: Flow, exchange: Exchange, options: EndOptions) {
    this.#flow = flow;
    this.#exchange = exchange;
    this.#options = options;
  }

  finish(): void {
    if (this.#isOver) return;
    const { message, requestHeaders } = this.#exchange;
    // An aborted HTTP/2 stream emits `finish` like a success; only the request tells that it was not.
    const isHttp2 = requestHeaders[":method"] !== undefined;
    this.#settle(isHttp2 && message.aborted);
  }

  leave(): void {
    if (this.#isOver) return;
    const { message, response } = this.#exchange;
    this.#settle(!response.writableFinished || message.aborted);
  }

  #settle(isAborted: boolean): void {
    this.#isOver = true;
    const code = this.#exchange.response.statusCode;
    const flow = this.#flow;
    flow.setHttpStatusCode(code);
    const { isError, abortStatus } = this.#options;
    const failed = isAborted ? abortStatus === "error" : isError(code);
    // The application may have ended the flow itself, and earlier.
    if (failed && !flow.ended) flow.setStatus(FlowStatus.Error);
    void flow.end();
  }
}
