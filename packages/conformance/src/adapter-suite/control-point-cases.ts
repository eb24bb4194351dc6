import { accepted, rejected } from "@aperture-flow/core/testing";
import { expect } from "chai";
import type { FrameworkTraits } from "./app-description.ts";
import { named, OK, THROWS } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";
import { until } from "./until.ts";

/** Routes with control points of their own. */
export function controlPointCases(open: OpenApp, { knowsRouteFirst, installation }: FrameworkTraits): void {
  it("checks a route that names its control point, and only that", async () => {
    const app = await open({ options: { controlPoint: undefined }, routes: [OK, named("/pay", { name: "pay" })] });
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
    expect((await app.request({ path: "/pay" })).status).to.equal(200);
    expect(app.ledger.controlPoints).to.deep.equal(["pay"]);
    expect(app.visits[1]?.flow?.controlPoint).to.equal("pay");
    expect(app.visits[1]?.property?.controlPoint).to.equal("pay");
  });

  it("rejects at a named route", async () => {
    const app = await open({
      answers: [rejected()],
      options: { controlPoint: undefined },
      routes: [named("/pay", { name: "pay" })],
    });
    expect((await app.request({ path: "/pay" })).status).to.equal(429);
    expect(app.visits).to.have.lengthOf(0);
  });

  it("lets a route override what the application set", async () => {
    const app = await open({
      answers: [rejected()],
      options: { controlPoint: undefined, labels: { tier: "free" }, mode: "enforce" },
      routes: [
        named("/pay", { name: "pay", overrides: { labels: { tier: "gold" }, mode: "shadow" } }),
        named("/buy", { name: "buy" }),
      ],
    });
    expect((await app.request({ path: "/pay" })).status).to.equal(200);
    expect(app.ledger.labels["tier"]).to.equal("gold");
    expect((await app.request({ path: "/buy" })).status).to.equal(429);
    expect(app.ledger.labels["tier"]).to.equal("free");
  });

  if (knowsRouteFirst) {
    it("checks a named route at its own control point, in place of the application's", async () => {
      const app = await open({ routes: [OK, named("/pay", { name: "pay" })] });
      await app.request({ path: "/pay" });
      await app.request({ path: "/ok" });
      expect(app.ledger.controlPoints).to.deep.equal(["pay", "api"]);
    });
  } else {
    it("puts the flow of a named route inside that of the application", async () => {
      const app = await open({ routes: [named("/pay", { name: "pay" })] });
      await app.request({ path: "/pay" });
      expect(app.ledger.controlPoints).to.deep.equal(["api", "pay"]);
      expect(app.visits[0]?.flow?.controlPoint, "the innermost").to.equal("pay");
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["OK", "OK"]);
    });

    it("ends the application's flow when the route's is rejected", async () => {
      const app = await open({ answers: [accepted(), rejected()], routes: [named("/pay", { name: "pay" })] });
      expect((await app.request({ path: "/pay" })).status).to.equal(429);
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["OK", "Unset"]);
    });

    it("does not ask the route when the application's flow is rejected", async () => {
      const app = await open({ answers: [rejected()], routes: [named("/pay", { name: "pay" })] });
      expect((await app.request({ path: "/pay" })).status).to.equal(429);
      expect(app.ledger.controlPoints).to.deep.equal(["api"]);
    });
  }

  it("makes one flow where application and route name the same control point", async () => {
    const app = await open({ routes: [named("/pay", { name: "api" })] });
    expect((await app.request({ path: "/pay" })).status).to.equal(200);
    expect(app.ledger.controlPoints).to.deep.equal(["api"]);
  });

  it("makes a decorated method a control point", async () => {
    const app = await open({
      options: { controlPoint: undefined },
      routes: [named("/pay", { name: "pay", by: "decorator", overrides: { labels: { tier: "gold" } } })],
    });
    expect(await app.request({ path: "/pay" })).to.include({ status: 200, body: "fine" });
    expect(app.ledger.controlPoints).to.deep.equal(["pay"]);
    expect(app.ledger.labels["tier"]).to.equal("gold");
    expect(app.visits[0]?.flow?.controlPoint).to.equal("pay");
  });

  it("puts the flow of a decorated method inside that of the application", async () => {
    const app = await open({ routes: [named("/pay", { name: "pay", by: "decorator" })] });
    await app.request({ path: "/pay" });
    expect(app.ledger.controlPoints).to.deep.equal(["api", "pay"]);
  });

  it("ends both flows of a request with its response, also on a connection that has been used before", async () => {
    const app = await open({ routes: [named("/pay", { name: "pay", by: "decorator" })] });
    const client = await app.connect();
    for (const ends of [2, 4]) {
      client.send({ path: "/pay" });
      expect((await client.response()).status).to.equal(200);
      await until(() => app.ledger.ends.length === ends, "the end of both flows");
    }
  });

  it("rejects before a decorated method runs", async () => {
    const app = await open({
      answers: [accepted(), rejected()],
      routes: [named("/pay", { name: "pay", by: "decorator" })],
    });
    expect((await app.request({ path: "/pay" })).status).to.equal(429);
    expect(app.visits).to.have.lengthOf(0);
  });

  it("leaves what a decorated method throws to the framework", async () => {
    const app = await open({ routes: [{ ...THROWS, controlPoint: { name: "pay", by: "decorator" } }] });
    expect(await app.request({ path: "/throws" })).to.include({ status: 500, body: "framework: broken" });
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["Error", "Error"]);
  });

  for (const by of ["route", "decorator"] as const) {
    it(`names both when a control point by ${by} finds no client`, async () => {
      const app = await open({ options: "none", routes: [named("/pay", { name: "pay", by })] });
      const answer = await app.request({ path: "/pay" });
      expect(answer.status).to.equal(500);
      expect(answer.body).to.contain('controlPoint("pay")').and.to.contain(installation);
      expect(app.visits).to.have.lengthOf(0);
    });
  }
}
