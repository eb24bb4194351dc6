import { ApertureError } from "@aperture-flow/core";
import { rejected } from "@aperture-flow/core/testing";
import { expect } from "chai";
import { ASYNC, OK } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";

const UNAVAILABLE = new ApertureError("APERTURE_TRANSPORT", "nobody there", { reason: "unavailable" });

/** What becomes of a request, by what the limiters say. */
export function decisionCases(open: OpenApp): void {
  it("runs an accepted request", async () => {
    const app = await open({ routes: [OK] });
    const answer = await app.request({ path: "/ok" });
    expect(answer).to.include({ status: 200, body: "fine" });
    expect(app.ledger.control.checks[0]).to.include({ controlPoint: "api", rampMode: false, expectEnd: true });
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK"]);
  });

  it("runs an accepted request whose decision and work take their time", async () => {
    const later = async () => ({ accepted: true, decisions: [], leases: [] }) as const;
    const app = await open({ answers: [later], routes: [ASYNC] });
    expect(await app.request({ path: "/async" })).to.include({ status: 200, body: "fine" });
  });

  it("answers a rejected request itself, without running the work", async () => {
    const app = await open({ answers: [rejected()], routes: [OK] });
    expect((await app.request({ path: "/ok" })).status).to.equal(429);
    expect(app.visits).to.have.lengthOf(0);
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["Unset"]);
  });

  it("decides request by request", async () => {
    const app = await open({ answers: [{ accepted: true, decisions: [], leases: [] }, rejected()], routes: [OK] });
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
    expect((await app.request({ path: "/ok" })).status).to.equal(429);
  });

  it("runs the request when the control fails", async () => {
    const app = await open({ answers: [UNAVAILABLE, async () => Promise.reject(UNAVAILABLE)], routes: [OK] });
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
    await app.settled();
    expect(app.visits.map(({ flow }) => flow?.failOpenReason)).to.deep.equal(["unavailable", "unavailable"]);
    expect(app.ledger.warnings.join()).to.contain("nobody there");
  });

  it("answers 503 when the control fails and onUnreachable is reject", async () => {
    const app = await open({ answers: [UNAVAILABLE], options: { onUnreachable: "reject" }, routes: [OK] });
    const answer = await app.request({ path: "/ok" });
    expect(answer.status).to.equal(503);
    expect(answer.headers["content-type"]).to.match(/^application\/problem\+json/);
    expect(app.visits).to.have.lengthOf(0);
  });

  it("passes ramp mode and the timeout on", async () => {
    let timeoutMs: number | undefined;
    const app = await open({
      answers: [
        (_request, call) => {
          timeoutMs = call.timeoutMs;
          throw UNAVAILABLE;
        },
      ],
      options: { rampMode: true, timeoutMs: 250 },
      routes: [OK],
    });
    expect((await app.request({ path: "/ok" })).status, "a ramp never fails open").to.equal(503);
    expect(app.ledger.control.checks[0]?.rampMode).to.equal(true);
    expect(timeoutMs).to.equal(250);
  });

  it("gives the flow to the work, by flowOf and by the request's property", async () => {
    const app = await open({ routes: [OK] });
    await app.request({ path: "/ok" });
    const [visit] = app.visits;
    expect(visit?.flow?.decision).to.equal("accepted");
    expect(visit?.flow).to.equal(app.ledger.flows[0]);
    expect(visit?.property).to.equal(visit?.flow);
  });
}
