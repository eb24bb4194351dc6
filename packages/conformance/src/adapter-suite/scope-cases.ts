import type { Mode } from "@aperture-flow/core/adapter";
import { rejected } from "@aperture-flow/core/testing";
import { expect } from "chai";
import { ECHO, named, OK } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";

/** Which requests are checked at all, and whether the answer counts. */
export function scopeCases(open: OpenApp): void {
  it("checks nothing by itself without a control point", async () => {
    const app = await open({ answers: [rejected()], options: { controlPoint: undefined }, routes: [OK] });
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
    expect(app.ledger.controlPoints).to.deep.equal([]);
    expect(app.visits[0]?.flow).to.equal(undefined);
    expect(app.visits[0]?.property).to.equal(undefined);
  });

  it("asks a function for the control point of each request", async () => {
    const app = await open({
      options: { controlPoint: (request) => (request.method === "POST" ? "write" : undefined) },
      routes: [OK, ECHO],
    });
    await app.request({ path: "/ok" });
    await app.request({ method: "POST", path: "/echo", body: "hello", headers: { "Content-Type": "text/plain" } });
    expect(app.ledger.controlPoints).to.deep.equal(["write"]);
    expect(app.visits).to.have.lengthOf(2);
  });

  it("leaves ignored paths unchecked: whole, by prefix and by pattern", async () => {
    const ignored = ["/health", "/static/*", /^\/v\d+\/ping$/g];
    const paths = ["/health", "/static/a/b", "/v12/ping"];
    const checked = ["/healthy", "/static", "/v12/pingpong"];
    const app = await open({
      answers: [rejected()],
      options: { ignoredPaths: ignored },
      routes: [...paths, ...checked].map((path) => ({ ...OK, path })),
    });
    for (const path of [...paths, ...paths]) expect((await app.request({ path })).status, path).to.equal(200);
    expect((await app.request({ path: "/health?x=/y" })).status, "the query is no part of it").to.equal(200);
    for (const path of checked) expect((await app.request({ path })).status, path).to.equal(429);
  });

  it("leaves ignored methods unchecked", async () => {
    const app = await open({ answers: [rejected()], options: { ignoredMethods: ["head"] }, routes: [OK] });
    expect((await app.request({ method: "HEAD", path: "/ok" })).status).to.equal(200);
    expect((await app.request({ path: "/ok" })).status).to.equal(429);
  });

  it("leaves unchecked what skip picks", async () => {
    const app = await open({
      answers: [rejected()],
      options: { skip: ({ headers }) => headers["x-internal"] === "yes" },
      routes: [OK],
    });
    expect((await app.request({ path: "/ok", headers: { "X-Internal": "yes" } })).status).to.equal(200);
    expect((await app.request({ path: "/ok" })).status).to.equal(429);
  });

  it("asks but never rejects in shadow mode", async () => {
    const app = await open({ answers: [rejected()], options: { mode: "shadow" }, routes: [OK] });
    const answer = await app.request({ path: "/ok" });
    expect(answer.status).to.equal(200);
    expect(app.visits[0]?.flow?.decision).to.equal("rejected");
    await app.settled();
    expect(app.ledger.client.counts.rejected).to.equal(1);
  });

  it("asks nothing when it is off", async () => {
    const app = await open({
      answers: [rejected()],
      options: { mode: "off" },
      routes: [OK, named("/pay", { name: "pay" })],
    });
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
    expect((await app.request({ path: "/pay" })).status).to.equal(200);
    expect(app.ledger.controlPoints).to.deep.equal([]);
  });

  it("takes another mode at run time, also for routes with their own control point", async () => {
    let mode: Mode = "off";
    const app = await open({
      answers: [rejected()],
      options: { mode: () => mode, controlPoint: undefined },
      routes: [named("/pay", { name: "pay" })],
    });
    const statuses: number[] = [];
    for (const next of ["off", "shadow", "enforce", "off"] as const) {
      mode = next;
      statuses.push((await app.request({ path: "/pay" })).status);
    }
    expect(statuses).to.deep.equal([200, 200, 429, 200]);
    expect(app.ledger.controlPoints).to.deep.equal(["pay", "pay"]);
  });

  for (const meanwhile of ["shadow", "off"] as const) {
    it(`lets a request pass that was waiting for its decision when the mode became ${meanwhile}`, async () => {
      let mode: Mode = "enforce";
      const app = await open({
        answers: [
          async () => {
            mode = meanwhile;
            return rejected();
          },
        ],
        options: { mode: () => mode },
        routes: [OK],
      });
      expect((await app.request({ path: "/ok" })).status).to.equal(200);
    });
  }

  for (const option of ["controlPoint", "skip", "mode"] as const) {
    it(`leaves a request unchecked, and says so, when ${option} throws`, async () => {
      const app = await open({ answers: [rejected()], options: { [option]: broken }, routes: [OK] });
      expect((await app.request({ path: "/ok" })).status).to.equal(200);
      expect(app.ledger.warnings.join()).to.contain("broken option");
    });
  }

  it("ends the flow that it made when it finds out too late that an option throws", async () => {
    let asked = 0;
    const mode = (): Mode => {
      asked += 1;
      return asked === 1 ? "enforce" : broken();
    };
    const app = await open({ answers: [rejected()], options: { mode }, routes: [OK] });
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
    await app.settled();
    expect(app.ledger.ends).to.have.lengthOf(1);
  });
}

function broken(): never {
  throw new Error("broken option");
}
