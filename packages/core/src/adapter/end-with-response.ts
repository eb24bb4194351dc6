import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { FlowStatus } from "../contract/flow-status.ts";
import type { Flow } from "../flow.ts";
import type { Departures } from "./departure.ts";
import type { Exchange } from "./exchange.ts";

/** How a response's outcome becomes a flow's status. */
export interface EndOptions {
  readonly isError: (statusCode: number) => boolean;
  readonly abortStatus: "ok" | "error";
}

export interface ResponseEndOptions extends EndOptions {
  readonly departures: Departures;
}

/**
 * Ends a flow exactly once, on the first of response `finish` and the departure of its client: see {@link Departures}. Each
 * alone leaks, and a request's `close` comes as soon as its body was read, long before the response.
 *
 * @param socket the response's own, where it has one
 */
export function endWithResponse(
  flow: Flow,
  exchange: Exchange,
  socket: Socket | undefined,
  options: ResponseEndOptions,
): void {
  const { message, response, sent } = exchange;
  let isSettled = false;
  const settle = (isAborted: boolean): void => {
    isSettled = true;
    forgetDeparture();
    const code = response.statusCode;
    flow.setHttpStatusCode(code);
    const failed = isAborted ? options.abortStatus === "error" : options.isError(code);
    // The application may have ended the flow itself, and earlier.
    if (failed && !flow.ended) flow.setStatus(FlowStatus.Error);
    void flow.end();
  };
  const forgetDeparture = options.departures.add(exchange, socket, () => {
    if (!isSettled) settle(!response.writableFinished || message.aborted);
  });
  // Not taken off again: the response is done with, and a flag costs less than a removal.
  response.on("finish", () => {
    // An aborted HTTP/2 stream emits `finish` like a success; only the request tells that it was not.
    if (!isSettled) settle(isHttp2(sent) && message.aborted);
  });
}

function isHttp2(sent: IncomingHttpHeaders): boolean {
  return sent[":method"] !== undefined;
}
