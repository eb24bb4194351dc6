import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Exchange } from "./exchange.ts";

/** Whoever must know when a client has left. */
export interface Departure {
  /** Nobody is left to answer. May come more than once, and after the response has finished. */
  leave(): void;
}

/** Whoever must know when a response is done. */
export interface ResponseListener extends Departure {
  /** The response has been handed to the system. */
  finish(): void;
  /** The one that its connection tells after it. */
  next: ResponseListener | undefined;
}

/**
 * The connection that an HTTP/1 response has to itself. Undefined where others go first on it, where the response is done,
 * and for HTTP/2 and injected requests, whose sockets stand for something else.
 */
export function ownSocket({ socket }: ServerResponse): Socket | undefined {
  return socket instanceof Socket ? socket : undefined;
}

/** True when nobody is left to answer: the connection is gone, or the response is. */
export function isAbandoned({ message, response }: Exchange, socket: Socket | undefined): boolean {
  if (socket !== undefined) return socket.destroyed;
  return response.destroyed || (!response.socket && message.socket?.destroyed === true);
}

/**
 * Has the end of the response told, or the client's departure, whichever is first.
 *
 * Node's HTTP/1 servers publish the end of each response. To be told of it there costs next to nothing; a listener on the
 * response is a tenth of an admission in Koa (Node 20), in part because Node then copies its list of two. Others publish
 * nothing, such as an application that makes its responses by itself: a connection counts on it from its second response on.
 *
 * @param socket the response's own, where it has one
 */
export function listenToResponse(exchange: Exchange, socket: Socket | undefined, listener: ResponseListener): void {
  const connection = socket && connectionOf(socket);
  if (connection?.publishes === true) {
    connection.listen(listener);
    return;
  }
  const forget = watchForDeparture(exchange, socket, listener);
  exchange.response.on("finish", () => {
    forget();
    listener.finish();
  });
}

/**
 * Has the client's departure told, also when it comes after the response has finished. Returns how to say that nobody wants
 * to know any more.
 *
 * A response with a connection to itself is lost with that, and only with that. To watch the socket saves a listener on the
 * response, which of an Express request costs as much as a header (Node 20).
 *
 * @param socket the response's own, where it has one
 */
export function watchForDeparture(exchange: Exchange, socket: Socket | undefined, departure: Departure): () => void {
  if (socket !== undefined) return connectionOf(socket).watch(departure);
  const { message, response } = exchange;
  response.on("close", () => departure.leave());
  // Before Node 26 a pipelined response that never reached its socket emits nothing when the client goes away.
  return !response.socket && message.socket ? connectionOf(message.socket).watch(departure) : nothing;
}

function nothing(): void {}

/** What is remembered of a connection. */
class Connection {
  /** Whether its server publishes the end of responses. */
  publishes = false;
  /** Of the response that has the connection to itself. A list of their own makes no object for each. */
  #listeners: ResponseListener | undefined = undefined;
  readonly #departures = new Set<Departure>();

  listen(listener: ResponseListener): void {
    listener.next = this.#listeners;
    this.#listeners = listener;
  }

  watch(departure: Departure): () => void {
    this.#departures.add(departure);
    return () => this.#departures.delete(departure);
  }

  /** The response that has it to itself is done. */
  finished(): void {
    this.publishes = true;
    for (let listener = this.#taken(); listener !== undefined; listener = listener.next) listener.finish();
  }

  closed(): void {
    for (let listener = this.#taken(); listener !== undefined; listener = listener.next) listener.leave();
    for (const departure of this.#departures) departure.leave();
  }

  #taken(): ResponseListener | undefined {
    const listeners = this.#listeners;
    this.#listeners = undefined;
    return listeners;
  }
}

const KEY = Symbol("aperture-flow.connection");

type Bearer = Socket & { [KEY]?: Connection };

function connectionOf(socket: Bearer): Connection {
  return socket[KEY] ?? newConnection(socket);
}

/** One `close` listener a socket, however many responses wait on it. */
function newConnection(socket: Bearer): Connection {
  const connection = new Connection();
  socket[KEY] = connection;
  socket.once("close", () => connection.closed());
  return connection;
}

const FINISHED = "http.server.response.finish";

/** Has connections told what Node publishes of their responses. To call it again changes nothing. */
export function subscribeToResponses(): void {
  unsubscribe(FINISHED, onFinish);
  subscribe(FINISHED, onFinish);
}

function onFinish(message: unknown): void {
  const { socket } = message as { readonly socket: Bearer };
  socket[KEY]?.finished();
}
