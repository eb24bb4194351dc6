import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Departure } from "./departure.ts";
import type { Exchange } from "./exchange.ts";

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
 * Has the client's departure told, also when it comes after the response has finished.
 *
 * A response with a connection to itself is lost with that, and only with that. To watch the socket saves a listener on the
 * response, which of an Express request costs as much as a header (Node 20).
 *
 * @param socket the response's own, where it has one
 */
export function tellDeparture(exchange: Exchange, socket: Socket | undefined, departure: Departure): void {
  if (socket !== undefined) departure.join(connectionOf(socket));
  else tellClose(exchange, departure);
}

/** Has the end of the response told, and the client's departure as {@link tellDeparture} does. */
export function tellEnd(exchange: Exchange, socket: Socket | undefined, departure: Departure): void {
  if (socket === undefined) {
    tellClose(exchange, departure);
    tellFinish(exchange, departure);
    return;
  }
  const connection = connectionOf(socket);
  departure.join(connection);
  if (!connection.publishes) tellFinish(exchange, departure);
}

function tellClose({ message, response }: Exchange, departure: Departure): void {
  response.on("close", () => departure.leave());
  // Before Node 26 a pipelined response that never reached its socket emits nothing when the client goes away.
  if (!response.socket && message.socket) departure.join(connectionOf(message.socket));
}

/** The listener is not taken off again: the response is done with, and a flag costs less than a removal. */
function tellFinish({ response }: Exchange, departure: Departure): void {
  response.on("finish", () => departure.finish());
}

/** What is remembered of a connection: who wants to know of it, and whether its server says when a response has finished. */
class Connection extends Departure {
  publishes = false;
}

const KEY = Symbol("aperture-flow.connection");

type Bearer = Socket & { [KEY]?: Connection };

function connectionOf(socket: Bearer): Connection {
  return socket[KEY] ?? watch(socket);
}

/** One `close` listener a socket, however many responses wait on it. */
function watch(socket: Bearer): Connection {
  const connection = new Connection();
  socket[KEY] = connection;
  socket.once("close", () => connection.leaveAll());
  return connection;
}

const FINISHED = "http.server.response.finish";

/**
 * Listens to what Node's HTTP/1 servers publish of their responses; any number of calls make one listener.
 *
 * A listener on each response is a third of what a flow adds to a Fastify request over a socket (Node 20), in part because
 * Node then copies its list of two. What is no server of Node's publishes nothing, such as an application that makes its
 * responses by itself: a connection counts on it from its second response on.
 */
export function listenForFinishes(): void {
  unsubscribe(FINISHED, onFinish);
  subscribe(FINISHED, onFinish);
}

function onFinish(message: unknown): void {
  const { response, socket } = message as { readonly response: ServerResponse; readonly socket: Bearer };
  const connection = socket[KEY];
  if (connection === undefined) return;
  connection.publishes = true;
  connection.finishAll(response);
}
