import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Flow } from "../flow.ts";
import type { AnswerHeaders } from "./answer-headers.ts";

/** One request and its response, and what the adapters remember of them. One object for all the flows of a request. */
export interface Exchange<Req = unknown, Reply = unknown> {
  /** The two as the framework has them. */
  readonly request: Req;
  readonly reply: Reply;
  /** The two as Node has them. */
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** The headers of the request as Node has them. */
  readonly requestHeaders: IncomingHttpHeaders;
  /** Where the framework keeps the headers of its answer until it sends them. */
  readonly headers: AnswerHeaders;
  /** The innermost adapter that the request went through; a route takes its client and labels from it. */
  gate: unknown;
  /** The innermost flow of the request; undefined where none was started. */
  flow: Flow | undefined;
}

/** Where the exchanges of an adapter are kept while their requests are under way. */
export interface Exchanges<E extends Exchange> {
  /** Who has the headers of the message at hand passes them: to read them of an Express request takes a microsecond. */
  of(message: IncomingMessage, requestHeaders?: IncomingHttpHeaders): E | undefined;
  keep(exchange: E): void;
}

const KEY = Symbol.for("aperture-flow.exchange");

type Bearer<E> = IncomingHttpHeaders & { [KEY]?: E };

/**
 * Kept on the headers of Node's message under a registered symbol: any copy of the kit finds them there. Not on the message
 * itself, for Express has given that another prototype: each then has a shape of its own, in which V8 finds nothing again.
 * One more property costs 2 us there, an entry in a `WeakMap` 4, and one on the headers next to nothing (Node 20).
 */
export function exchangesOnHeaders<E extends Exchange>(): Exchanges<E> {
  return {
    of(message, requestHeaders = message.headers) {
      const exchange = (requestHeaders as Bearer<E>)[KEY];
      // Who copies the headers for another request copies this too.
      return exchange?.message === message ? exchange : undefined;
    },
    keep(exchange) {
      (exchange.requestHeaders as Bearer<E>)[KEY] = exchange;
    },
  };
}
