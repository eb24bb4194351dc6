import { channel } from "node:diagnostics_channel";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect } from "chai";
import { listenToResponse, type ResponseListener, subscribeToResponses } from "../../src/adapter/connection.ts";
import type { Exchange } from "../../src/adapter/exchange.ts";

const published = channel("http.server.response.finish");

/** Notes what it was told of one response. */
class Notes implements ResponseListener {
  readonly told: string[] = [];
  next: ResponseListener | undefined;

  finish(): void {
    this.told.push("finished");
  }

  leave(): void {
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
  const listenTo = (response: ServerResponse): Notes => {
    const notes = new Notes();
    // The two of an exchange that a connection looks at.
    const exchange = { message: response.req, response } as unknown as Exchange;
    listenToResponse(exchange, response.socket ?? undefined, notes);
    return notes;
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
    subscribeToResponses();
  });

  it("tells of a response that no server publishes", () => {
    const response = responseOn(socket);
    const notes = listenTo(response);
    response.emit("finish");
    expect(notes.told).to.deep.equal(["finished"]);
  });

  it("needs no listener on a response once the server has published one of the connection", () => {
    const first = responseOn(socket);
    const before = listeners(first);
    const notes = [listenTo(first)];
    expect(listeners(first)).to.equal(before + 1);
    serverFinishes(first);
    const second = responseOn(socket);
    notes.push(listenTo(second));
    expect(listeners(second)).to.equal(before);
    serverFinishes(second);
    expect(notes.map(({ told }) => told)).to.deep.equal([["finished"], ["finished"]]);
  });

  it("tells of each response those that wait for it, however often it listens", () => {
    subscribeToResponses();
    const first = responseOn(socket);
    listenTo(first);
    serverFinishes(first);
    const response = responseOn(socket);
    const own = [listenTo(response), listenTo(response)];
    const other = listenTo(responseOn(new Socket()));
    serverFinishes(response);
    expect(own.map(({ told }) => told)).to.deep.equal([["finished"], ["finished"]]);
    expect(other.told).to.deep.equal([]);
  });

  it("tells of the departure where a response of such a connection is not published", () => {
    const first = responseOn(socket);
    listenTo(first);
    serverFinishes(first);
    const notes = listenTo(responseOn(socket));
    socket.emit("close");
    expect(notes.told).to.deep.equal(["left"]);
  });

  it("tells each once of a response that has finished before its connection closes", () => {
    const notes = [];
    for (let count = 1; count <= 2; count++) {
      const response = responseOn(socket);
      notes.push(listenTo(response));
      serverFinishes(response);
      response.emit("close");
    }
    socket.emit("close");
    expect(notes.map(({ told }) => told)).to.deep.equal([["finished"], ["finished"]]);
  });
});
