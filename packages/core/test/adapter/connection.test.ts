import { channel } from "node:diagnostics_channel";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect } from "chai";
import { listenForFinishes, tellEnd } from "../../src/adapter/connection.ts";
import { Departure } from "../../src/adapter/departure.ts";
import type { Exchange } from "../../src/adapter/exchange.ts";

const published = channel("http.server.response.finish");

/** Waits for the end of one response, and notes what it was told. */
class Waiting extends Departure {
  readonly told: string[] = [];
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    super();
    this.#response = response;
  }

  protected override awaits(response: ServerResponse): boolean {
    return response === this.#response;
  }

  protected override finished(): void {
    this.told.push("finished");
  }

  protected override left(): void {
    this.told.push("left");
  }
}

describe("connection", () => {
  let socket: Socket;

  const responseOn = (own: Socket): ServerResponse => {
    const response = new ServerResponse(new IncomingMessage(own));
    response.assignSocket(own);
    return response;
  };
  const waitFor = (response: ServerResponse): Waiting => {
    const waiting = new Waiting(response);
    // The two of an exchange that a connection looks at.
    const exchange = { message: response.req, response } as unknown as Exchange;
    tellEnd(exchange, response.socket ?? undefined, waiting);
    return waiting;
  };
  const listeners = (response: ServerResponse): number => response.listenerCount("finish");
  /** As Node's server does when a response has been handed to the system, before anybody else is told. */
  const serverFinishes = (response: ServerResponse): void => {
    published.publish({ request: response.req, response, socket: response.socket, server: undefined });
    response.emit("finish");
    if (response.socket) response.detachSocket(response.socket);
  };

  beforeEach(() => {
    socket = new Socket();
    listenForFinishes();
  });

  it("tells of a response that no server publishes", () => {
    const response = responseOn(socket);
    const waiting = waitFor(response);
    response.emit("finish");
    expect(waiting.told).to.deep.equal(["finished"]);
  });

  it("needs no listener on a response once the server has published one of the connection", () => {
    const first = responseOn(socket);
    const before = listeners(first);
    const waiting = [waitFor(first)];
    expect(listeners(first)).to.equal(before + 1);
    serverFinishes(first);
    const second = responseOn(socket);
    waiting.push(waitFor(second));
    expect(listeners(second)).to.equal(before);
    serverFinishes(second);
    expect(waiting.map(({ told }) => told)).to.deep.equal([["finished"], ["finished"]]);
  });

  it("tells of each response those that wait for it, however often it listens", () => {
    listenForFinishes();
    serverFinishes(responseOn(socket));
    const response = responseOn(socket);
    const own = [waitFor(response), waitFor(response)];
    const other = waitFor(responseOn(new Socket()));
    serverFinishes(response);
    expect(own.map(({ told }) => told)).to.deep.equal([["finished"], ["finished"]]);
    expect(other.told).to.deep.equal([]);
  });

  it("tells of the departure where a response of such a connection is not published", () => {
    const first = responseOn(socket);
    waitFor(first);
    serverFinishes(first);
    const waiting = waitFor(responseOn(socket));
    socket.emit("close");
    expect(waiting.told).to.deep.equal(["left"]);
  });

  it("tells nobody twice", () => {
    const response = responseOn(socket);
    const waiting = waitFor(response);
    serverFinishes(response);
    socket.emit("close");
    response.emit("close");
    expect(waiting.told).to.deep.equal(["finished"]);
  });
});
