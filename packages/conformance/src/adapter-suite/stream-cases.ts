import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { CallOptions } from "@aperture-flow/core";
import { accepted } from "@aperture-flow/core/testing";
import { expect } from "chai";
import type { Route } from "./app-description.ts";
import { Door, OK } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";
import { until } from "./until.ts";

/** Responses that take long, and connections that live long. */
export function streamCases(open: OpenApp): void {
  it("holds the flow of a stream until its last byte", async () => {
    const door = new Door();
    const app = await open({ routes: [streaming(door)] });
    const client = await app.connect();
    client.send({ path: "/stream" });
    await client.untilReceived("first");
    expect(app.ledger.ends).to.have.lengthOf(0);
    expect(app.ledger.control.heldLeases).to.have.lengthOf(1);
    door.open();
    expect((await client.response()).body).to.equal("first last");
  });

  it("ends the flow of a stream whose client leaves in the middle", async () => {
    const app = await open({ routes: [streaming(new Door())] });
    const client = await app.connect();
    client.send({ path: "/stream" });
    await client.untilReceived("first");
    client.abort();
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK"]);
  });

  it("ends the flow of server-sent events when the client leaves, not before", async () => {
    const app = await open({ routes: [EVENTS] });
    const client = await app.connect();
    client.send({ path: "/events", headers: { Accept: "text/event-stream" } });
    await client.untilReceived("text/event-stream");
    await client.untilReceived("data: 3");
    expect(app.ledger.ends).to.have.lengthOf(0);
    client.abort();
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK"]);
  });

  it("ends the flow of a body that nobody reads, when its client leaves", async () => {
    const endless = () => new Readable({ read: (size) => void endlessBody.push("x".repeat(size)) });
    let endlessBody = endless();
    const work: Route["work"] = (visit) => {
      endlessBody = endless();
      visit.send({ body: endlessBody });
    };
    const app = await open({ routes: [{ ...OK, path: "/endless", work }] });
    const client = await app.connect();
    client.pause();
    client.send({ path: "/endless" });
    await app.visited(1);
    client.abort();
    await app.settled();
    expect(app.ledger.ends).to.have.lengthOf(1);
  });

  it("adds no listener to a connection that serves many requests", async () => {
    const app = await open({ routes: [OK] });
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on("warning", warn);
    const client = await app.connect();
    const counts: number[] = [];
    for (let served = 0; served < 100; served += 1) {
      client.send({ path: "/ok" });
      expect((await client.response()).status).to.equal(200);
      counts.push(listeners(app.visits.at(-1)?.message.socket));
    }
    process.off("warning", warn);
    expect(new Set(counts.slice(1)).size, "listeners of the socket, request by request").to.equal(1);
    expect(warnings).to.deep.equal([]);
    await app.settled();
    expect(app.ledger.ends).to.have.lengthOf(100);
  });

  it("holds on to no request that was answered, though its connection lives", async () => {
    const patient = async (_request: unknown, { signal }: CallOptions) => {
      expect(signal?.aborted).to.equal(false);
      return accepted();
    };
    const app = await open({ answers: [patient], routes: [OK] });
    const client = await app.connect();
    const messages: WeakRef<object>[] = [];
    for (let served = 0; served < 50; served += 1) {
      client.send({ path: "/ok" });
      await client.response();
      for (const { message } of app.visits) messages.push(new WeakRef(message));
      app.forgetVisits();
    }
    await app.settled();
    await until(() => {
      collectGarbage();
      // Node itself keeps the last one or two of a connection.
      return messages.filter((message) => message.deref() !== undefined).length < 5;
    }, "the collection of answered requests");
  });

  it("adds one listener to a connection with many requests under way", async () => {
    const door = new Door();
    const slow: Route["work"] = async (visit) => {
      await door.passed;
      visit.send({ body: "slow" });
    };
    const app = await open({ routes: [{ ...OK, work: slow }] });
    const client = await app.connect();
    client.send({ path: "/ok" });
    await app.visited(1);
    const [socket] = app.sockets;
    // The first is told when the connection closes; those behind it, by the same listener.
    const before = socket?.listenerCount("close") ?? 0;
    for (let sent = 0; sent < 30; sent += 1) client.send({ path: "/ok" });
    await app.visited(31);
    expect(socket?.listenerCount("close")).to.equal(before);
    door.open();
    for (let answered = 0; answered < 31; answered += 1) expect((await client.response()).body).to.equal("slow");
  });

  it("makes no flow of a websocket upgrade, which reaches no middleware", async () => {
    const app = await open({ routes: [OK] });
    app.server.once("upgrade", (_request, socket) => socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    const client = await app.connect();
    client.send({ path: "/ok", headers: { Connection: "Upgrade", Upgrade: "websocket" } });
    expect((await client.response()).status).to.equal(101);
    await until(() => client.closed, "the end of the connection");
    expect(app.ledger.controlPoints).to.deep.equal([]);
  });
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** One part, then another when the door opens. */
function streaming(door: Door): Route {
  const parts = async function* () {
    yield "first ";
    await door.passed;
    yield "last";
  };
  return { method: "get", path: "/stream", work: (visit) => visit.send({ body: Readable.from(parts()) }) };
}

const EVENTS: Route = {
  method: "get",
  path: "/events",
  work: (visit) => {
    const response = visit.takeOver();
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const event of [1, 2, 3]) response.write(`data: ${event}\n\n`);
  },
};

function listeners(socket: NodeJS.EventEmitter | undefined): number {
  return (socket?.eventNames() ?? []).reduce((sum, name) => sum + (socket?.listenerCount(name) ?? 0), 0);
}
