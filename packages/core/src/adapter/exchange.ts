import type { IncomingMessage, ServerResponse } from "node:http";
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
  /** Where the framework keeps the headers of its answer until it sends them. */
  readonly headers: AnswerHeaders;
  /** The innermost adapter that the request went through; a route takes its client and labels from it. */
  gate: unknown;
  /** The innermost flow of the request; undefined where none was started. */
  flow: Flow | undefined;
}

/** Where the exchanges of an adapter are kept while their requests are under way. */
export interface Exchanges<E extends Exchange> {
  of(message: IncomingMessage): E | undefined;
  keep(exchange: E): void;
}

const KEY = Symbol.for("aperture-flow.exchange");

/** On Node's message itself, under a registered symbol: for any copy of the kit. */
export function exchangesOnMessages<E extends Exchange>(): Exchanges<E> {
  return {
    of: (message) => (message as { [KEY]?: E })[KEY],
    keep(exchange) {
      (exchange.message as { [KEY]?: E })[KEY] = exchange;
    },
  };
}

/**
 * Beside the messages, for a framework that has changed their prototype. Each such message has a shape of its own, in which
 * V8 finds nothing again: one more property costs 2 us, and a look-up here 0.5.
 */
export function exchangesBesideMessages<E extends Exchange>(): Exchanges<E> {
  // One map for all copies of the kit.
  const bearing = globalThis as { [KEY]?: WeakMap<IncomingMessage, E> };
  bearing[KEY] ??= new WeakMap();
  const exchanges = bearing[KEY];
  return {
    of: (message) => exchanges.get(message),
    keep: (exchange) => void exchanges.set(exchange.message, exchange),
  };
}
