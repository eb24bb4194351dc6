import { ApertureError, type CallOptions, type CheckResponse } from "@aperture-flow/core";
import { accepted, rejected } from "@aperture-flow/core/testing";
import { expect } from "chai";
import type { Route } from "./app-description.ts";
import type { RawClient, RawRequest } from "./raw-client.ts";
import { ASYNC, Door, ECHO, NEVER, NEVER_AFTER_BODY, NOT_MODIFIED, OK, REJECTS, STREAM, THROWS } from "./routes.ts";
import type { OpenApp, RunningApp } from "./running-app.ts";
import { until } from "./until.ts";

const GET: RawRequest = { path: "/never" };
const POST: RawRequest = {
  method: "POST",
  path: "/never",
  headers: { "Content-Type": "text/plain" },
  body: "some text",
};

/** Clients that leave. Whatever they leave behind, each flow ends once. */
export function abortCases(open: OpenApp): void {
  for (const [what, request, route] of [
    ["a GET", GET, NEVER],
    ["a POST whose body was read", POST, NEVER_AFTER_BODY],
  ] as const) {
    // Node tells of a connection's second response in another way than of its first.
    for (const [after, before] of [
      ["", 0],
      [" after others that were", 2],
    ] as const) {
      it(`ends when the client leaves ${what} that is never answered${after}`, async () => {
        const app = await open({ routes: [route, OK] });
        const client = await connectAndAsk(app, before);
        client.send(request);
        await app.visited(before + 1);
        expect(app.ledger.control.heldLeases, "held while the work runs").to.have.lengthOf(1);
        client.abort();
        await app.settled();
        expect(app.ledger.statuses).to.deep.equal(Array(before + 1).fill("OK"));
      });

      for (const count of [2, 5, 20]) {
        it(`ends all of ${count} pipelined requests when the client leaves (${what}${after})`, async () => {
          const app = await open({ routes: [route, OK] });
          const client = await connectAndAsk(app, before);
          for (let sent = 0; sent < count; sent += 1) client.send(request);
          await app.visited(before + count);
          client.abort();
          await app.settled();
          expect(app.ledger.ends).to.have.lengthOf(before + count);
        });
      }
    }
  }

  it("ends with Error on request, when the client leaves", async () => {
    const app = await open({ options: { abortStatus: "error" }, routes: [NEVER] });
    await sendAndLeave(app, GET);
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["Error"]);
  });

  it("keeps the lease of a body that was read until the response is there", async () => {
    const door = new Door();
    const app = await open({ routes: [answeringLate(door)] });
    const client = await app.connect();
    client.send({ ...POST, path: "/late" });
    await app.visited(1);
    const [visit] = app.visits;
    await until(() => visit?.message.readableEnded, "the end of the body");
    expect(app.ledger.ends).to.have.lengthOf(0);
    door.open();
    expect((await client.response()).body).to.equal("late");
  });

  it("ends once when the work answers after the client has left", async () => {
    const door = new Door();
    const app = await open({ routes: [answeringLate(door)] });
    const client = await app.connect();
    client.send({ ...POST, path: "/late" });
    await app.visited(1);
    client.abort();
    await app.settled();
    door.open();
    await app.deserted();
    expect(app.ledger.ends).to.have.lengthOf(1);
  });

  it("tells a check that waits when the client leaves, and does not run the work", async () => {
    const app = await open({ answers: [untilAborted], routes: [NEVER, NEVER_AFTER_BODY] });
    for (const request of [GET, POST]) await sendAndLeave(app, request);
    await until(() => app.ledger.ends.length === 2, "the end of both flows");
    await app.deserted();
    expect(app.ledger.flows.map(({ failOpenReason }) => failOpenReason)).to.deep.equal(["cancelled", "cancelled"]);
    expect(app.visits).to.have.lengthOf(0);
  });

  it("tells all pipelined checks that wait", async () => {
    const app = await open({ answers: [untilAborted], routes: [NEVER, NEVER_AFTER_BODY] });
    const client = await app.connect();
    for (const request of [GET, GET, POST, GET]) client.send(request);
    await until(() => app.ledger.control.checks.length === 4, "four checks");
    client.abort();
    await until(() => app.ledger.ends.length === 4, "the end of four flows");
    expect(app.visits).to.have.lengthOf(0);
  });

  it("tells a check nothing any more when it has answered", async () => {
    let signal: AbortSignal | undefined;
    const answering = async (_request: unknown, call: CallOptions) => {
      signal = call.signal;
      return accepted();
    };
    const app = await open({ answers: [answering], routes: [NEVER] });
    const client = await app.connect();
    client.send(GET);
    await app.visited(1);
    client.abort();
    await app.deserted();
    expect(signal?.aborted).to.equal(false);
  });

  for (const [verdict, answer] of [
    ["an acceptance", accepted()],
    ["a rejection", rejected()],
  ] as const) {
    it(`gives back at once what ${verdict} brings when the client has left, and does not run the work`, async () => {
      const door = new Door();
      const late = () => door.passed.then(() => answer);
      const app = await open({ answers: [late], routes: [NEVER] });
      await sendAndLeave(app, GET);
      await app.deserted();
      expect(app.ledger.flows).to.have.lengthOf(0);
      door.open();
      await until(() => app.ledger.ends.length === 1, "the end of the flow");
      expect(app.visits).to.have.lengthOf(0);
    });
  }

  it("does not run pipelined work for a client that left while the checks were made", async () => {
    const door = new Door();
    const late = () => door.passed.then(() => accepted());
    const app = await open({ answers: [late], routes: [NEVER, NEVER_AFTER_BODY] });
    const client = await app.connect();
    for (const request of [GET, POST, GET]) client.send(request);
    await until(() => app.ledger.control.checks.length === 3, "three checks");
    client.abort();
    await app.deserted();
    door.open();
    await until(() => app.ledger.ends.length === 3, "the end of three flows");
    expect(app.visits).to.have.lengthOf(0);
  });

  it("balances whatever mixture of verdicts, answers and departures there is", async () => {
    const verdicts = [accepted(), rejected(), () => Promise.resolve(accepted())];
    const app = await open({
      answers: Array.from({ length: 400 }, (_, at) => verdicts[at % 3] ?? accepted()),
      routes: MIXTURE,
    });
    for (let connection = 0; connection < 40; connection += 1) await sendMixture(app, connection);
    await app.deserted();
    expect(app.ledger.flows.length).to.be.greaterThan(100);
  });

  it("serves who comes after one that left", async () => {
    const app = await open({ routes: [NEVER, OK] });
    await sendAndLeave(app, GET);
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
  });
}

/** A check in a queue that never moves. */
function untilAborted(_request: unknown, { signal }: CallOptions): Promise<CheckResponse> {
  return new Promise((_resolve, reject) => {
    const gone = () => reject(new ApertureError("APERTURE_TRANSPORT", "gone", { reason: "cancelled" }));
    signal?.addEventListener("abort", gone);
  });
}

const MIXTURE = [OK, ASYNC, THROWS, REJECTS, STREAM, NEVER, ECHO, NOT_MODIFIED];

/** Pipelines up to nine requests and leaves when some of them were checked: a different some on every connection. */
async function sendMixture(app: RunningApp, connection: number): Promise<void> {
  const count = 1 + (connection % 9);
  const enough = app.ledger.control.checks.length + (connection % (count + 1));
  const client = await app.connect();
  for (let sent = 0; sent < count; sent += 1) {
    const { method, path } = MIXTURE[(connection * 5 + sent) % MIXTURE.length] ?? OK;
    client.send(method === "post" ? { ...POST, path } : { path });
  }
  await until(() => app.ledger.control.checks.length >= enough, "some checks");
  client.abort();
}

/** A connection on which so many requests have been answered, one after the other. */
async function connectAndAsk(app: RunningApp, count: number): Promise<RawClient> {
  const client = await app.connect();
  for (let answered = 0; answered < count; answered += 1) {
    client.send({ path: "/ok" });
    expect((await client.response()).status).to.equal(200);
  }
  return client;
}

async function sendAndLeave(app: RunningApp, request: RawRequest): Promise<void> {
  const asked = app.ledger.control.checks.length;
  const client = await app.connect();
  client.send(request);
  await until(() => app.ledger.control.checks.length > asked, "the check");
  client.abort();
}

function answeringLate(door: Door): Route {
  return {
    method: "post",
    path: "/late",
    work: async (visit) => {
      await visit.readBody();
      await door.passed;
      visit.send({ body: "late" });
    },
  };
}
