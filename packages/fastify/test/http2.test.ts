import { once } from "node:events";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import type { AddressInfo } from "node:net";
import { Door, Ledger, until } from "@aperture-flow/conformance";
import type { Awaitable, CheckResponse } from "@aperture-flow/core";
import { accepted } from "@aperture-flow/core/testing";
import { expect } from "chai";
import fastify from "fastify";
import { aperturePlugin } from "../src/index.ts";

/** A stream that its client resets emits `finish` and then `close`, exactly as a response that was delivered does. */
describe("Fastify 5 over HTTP/2", () => {
  let answer: () => Awaitable<CheckResponse> = accepted;
  const ledger = new Ledger([() => answer()]);
  const app = fastify({ http2: true });
  const options = { abortStatus: "error", ignoredPaths: ["/unchecked"] } as const;
  let works = 0;
  let session: ClientHttp2Session;

  before(async () => {
    app.register(aperturePlugin, { client: ledger.client, controlPoint: "api", ...options });
    app.get("/ok", async () => {
      works += 1;
      return "fine";
    });
    app.get("/unchecked", async () => "fine");
    app.get("/never", () => new Promise(() => {}));
    await app.listen({ host: "127.0.0.1", port: 0 });
    session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
  });

  after(async () => {
    session.destroy();
    await app.close();
  });

  afterEach(() => {
    answer = accepted;
    ledger.assertBalanced();
  });

  it("ends a flow with the response of its stream", async () => {
    const stream = session.request({ ":path": "/ok" });
    const [headers] = await once(stream, "response");
    expect(headers[":status"]).to.equal(200);
    stream.resume();
    await until(() => ledger.settled, "the end of the flow");
    expect(ledger.flows.at(-1)?.status).to.equal("OK");
    expect(ledger.labels).to.include({ "http.flavor": "2.0", "client.address": "127.0.0.1" });
  });

  it("knows a stream that its client resets from a success", async () => {
    const asked = ledger.flows.length;
    const stream = session.request({ ":path": "/never" });
    await until(() => ledger.flows.length > asked, "the flow");
    stream.close(constants.NGHTTP2_CANCEL);
    await until(() => ledger.settled, "the end of the flow");
    expect(ledger.flows.at(-1)?.status).to.equal("Error");
  });

  it("does not run the work of a stream that its client resets while the check is made", async () => {
    const door = new Door();
    answer = () => door.passed.then(() => accepted());
    const [asked, known] = [ledger.control.checks.length, ledger.flows.length];
    const stream = session.request({ ":path": "/ok" });
    await until(() => ledger.control.checks.length > asked, "the check");
    stream.close(constants.NGHTTP2_CANCEL);
    // The server has read the reset when it has answered what was sent after it.
    const next = session.request({ ":path": "/unchecked" });
    await once(next.resume(), "end");
    const served = works;
    door.open();
    await until(() => ledger.flows.length > known && ledger.settled, "the end of the flow");
    expect(works).to.equal(served);
  });

  it("ends the flows of a session that breaks off", async () => {
    const asked = ledger.flows.length;
    const doomed = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    for (const path of ["/never", "/never", "/never"]) doomed.request({ ":path": path }).on("error", () => {});
    await until(() => ledger.flows.length === asked + 3, "three flows");
    doomed.destroy();
    await until(() => ledger.settled, "the end of three flows");
    expect(ledger.statuses.slice(asked)).to.deep.equal(["Error", "Error", "Error"]);
  });
});
