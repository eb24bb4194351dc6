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

/** True when nobody is left to answer: the connection is gone, or the response is. */
export function isAbandoned({ message, response }: Exchange, socket: Socket | undefined): boolean {
  if (socket !== undefined) return socket.destroyed;
  return response.destroyed || (!response.socket && message.socket?.destroyed === true);
}

/**
 * One who must know when a client leaves. Those of a connection form a ring, so that to join it and to leave it makes no
 * object: a set of functions was a tenth of an admission. A connection's own, which is told by nobody, holds the ring.
 */
export class Departure {
  #next: Departure = this;
  #previous: Departure = this;
  #isOver = false;

  /** Nobody is left to answer. Called at most once, and not after {@link forget}. */
  protected left(): void {}

  /** True once the client has left or nobody wants to know any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The client has left. */
  leave(): void {
    if (this.#isOver) return;
    this.forget();
    this.left();
  }

  /** Nobody wants to know any more. */
  forget(): void {
    this.#isOver = true;
    this.#previous.#next = this.#next;
    this.#next.#previous = this.#previous;
    this.#next = this;
    this.#previous = this;
  }

  join(ring: Departure): void {
    const last = ring.#previous;
    this.#previous = last;
    this.#next = ring;
    last.#next = this;
    ring.#previous = this;
  }

  /** Tells all that have joined. Each takes itself off. */
  leaveAll(): void {
    while (this.#next !== this) this.#next.leave();
  }
}

/** How an adapter learns that a client has left. */
export class Departures {
  readonly #connections = new WeakMap<Socket, Departure>();

  /**
   * Has the departure told, also when it comes after the response has finished.
   *
   * A response with a connection to itself is lost with that, and only with that. To watch the socket saves a listener on
   * the response, which of an Express request costs as much as a header (Node 20).
   */
  add(exchange: Exchange, socket: Socket | undefined, departure: Departure): void {
    if (socket !== undefined) {
      departure.join(this.#connectionOf(socket));
      return;
    }
    const { message, response } = exchange;
    response.on("close", () => departure.leave());
    // Before Node 26 a pipelined response that never reached its socket emits nothing when the client goes away.
    if (!response.socket && message.socket) departure.join(this.#connectionOf(message.socket));
  }

  #connectionOf(socket: Socket): Departure {
    return this.#connections.get(socket) ?? this.#watch(socket);
  }

  /** One `close` listener a socket, however many responses wait on it. */
  #watch(socket: Socket): Departure {
    const connection = new Departure();
    this.#connections.set(socket, connection);
    socket.once("close", () => connection.leaveAll());
    return connection;
  }
}
