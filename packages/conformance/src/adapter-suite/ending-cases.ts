import { expect } from "chai";
import { ASYNC, NEVER, NEVER_AFTER_BODY, OK, REJECTS, STATUS, STREAM, THROWS } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";

/** When a flow ends, with which status, and that it does so once: the ledger of each case says that. */
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

  for (const route of [THROWS, REJECTS]) {
    it(`ends with Error where the work ${route === THROWS ? "throws" : "rejects"}`, async () => {
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

  for (const route of [NEVER, NEVER_AFTER_BODY]) {
    it(`ends when the client leaves a ${route.method.toUpperCase()} that is never answered`, async () => {
      const app = await open({ routes: [route] });
      const client = await app.connect();
      const body = route.method === "post" ? "some text" : undefined;
      const headers: Record<string, string> = body === undefined ? {} : { "Content-Type": "text/plain" };
      client.send({ method: route.method.toUpperCase(), path: route.path, body, headers });
      await app.visited(1);
      expect(app.ledger.control.heldLeases, "held while the work runs").to.have.lengthOf(1);
      client.abort();
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["OK"]);
    });
  }
}
