import { expect } from "chai";
import { ASYNC, NOT_MODIFIED, OK, REJECTS, STATUS, STREAM, THROWS } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";

/** When a flow ends and with which status; that it ends once is what the ledger of each case says. */
export function endingCases(open: OpenApp): void {
  for (const route of [OK, ASYNC, STREAM]) {
    it(`ends with the response of ${route.path}`, async () => {
      const app = await open({ routes: [route] });
      expect((await app.request({ path: route.path })).status).to.equal(200);
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["OK"]);
      expect(app.ledger.flows[0]?.httpStatusCode).to.equal(200);
    });
  }

  for (const [how, route] of [
    ["throws", THROWS],
    ["rejects", REJECTS],
  ] as const) {
    it(`ends with Error where the work ${how}`, async () => {
      const app = await open({ routes: [route] });
      expect(await app.request({ path: route.path })).to.include({ status: 500, body: "framework: broken" });
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["Error"]);
    });
  }

  it("ends with Error from status 500 up", async () => {
    const app = await open({ routes: [STATUS] });
    for (const code of [200, 404, 499, 500, 503]) {
      expect((await app.request({ path: `/status/${code}` })).status).to.equal(code);
    }
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK", "OK", "OK", "Error", "Error"]);
  });

  it("lets the application say which status is an error", async () => {
    const app = await open({ options: { isError: (code) => code === 404 }, routes: [STATUS] });
    for (const code of [404, 500]) await app.request({ path: `/status/${code}` });
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["Error", "OK"]);
  });

  it("ends all the same when isError throws", async () => {
    const isError = () => {
      throw new Error("broken option");
    };
    const app = await open({ options: { isError }, routes: [STATUS] });
    for (const code of [200, 500]) expect((await app.request({ path: `/status/${code}` })).status).to.equal(code);
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK", "Error"]);
    expect(app.ledger.warnings.join()).to.contain("broken option");
  });

  it("ends with a path that no route has", async () => {
    const app = await open({ routes: [OK] });
    expect((await app.request({ path: "/nowhere" })).status).to.equal(404);
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK"]);
  });

  it("ends with a HEAD, which counts like its GET", async () => {
    const app = await open({ routes: [OK] });
    expect(await app.request({ method: "HEAD", path: "/ok" })).to.include({ status: 200, body: "" });
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK"]);
    expect(app.ledger.labels["http.method"]).to.equal("HEAD");
  });

  it("ends with a 304", async () => {
    const app = await open({ routes: [NOT_MODIFIED] });
    expect(await app.request({ path: "/not-modified" })).to.include({ status: 304, body: "" });
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK"]);
  });

  it("ends when the work destroys the response", async () => {
    const app = await open({ routes: [{ ...OK, work: (visit) => void visit.takeOver().destroy() }] });
    const client = await app.connect();
    client.send({ path: "/ok" });
    await app.deserted();
    await app.settled();
    expect(app.ledger.ends).to.have.lengthOf(1);
  });

  it("ends when the work writes the raw response", async () => {
    const app = await open({ routes: [{ ...OK, work: (visit) => void visit.takeOver().writeHead(201).end("raw") }] });
    expect(await app.request({ path: "/ok" })).to.include({ status: 201, body: "raw" });
    await app.settled();
    expect(app.ledger.flows[0]?.httpStatusCode).to.equal(201);
  });

  it("ends once, and with the application's word, when the application ends the flow itself", async () => {
    const app = await open({
      routes: [
        {
          ...OK,
          work: async (visit) => {
            visit.flow?.setStatus("Error");
            await visit.flow?.end();
            await visit.flow?.end();
            visit.send({ body: "fine" });
          },
        },
      ],
    });
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["Error"]);
    expect(app.ledger.warnings).to.deep.equal([]);
  });

  it("keeps its word to itself when the application has ended the flow before an error", async () => {
    const app = await open({
      routes: [
        {
          ...OK,
          work: (visit) => {
            void visit.flow?.end();
            throw new Error("broken");
          },
        },
      ],
    });
    expect((await app.request({ path: "/ok" })).status).to.equal(500);
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK"]);
    await app.deserted();
    expect(app.ledger.warnings).to.deep.equal([]);
  });

  it("keeps the status that the application gave the flow", async () => {
    const app = await open({
      routes: [
        {
          ...OK,
          work: (visit) => {
            visit.flow?.setStatus("Error");
            visit.send({ body: "fine" });
          },
        },
      ],
    });
    await app.request({ path: "/ok" });
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["Error"]);
  });
}
