import { expect } from "chai";
import type { Route } from "../adapter-suite/app-description.ts";
import { Door, OK } from "../adapter-suite/routes.ts";
import { until } from "../adapter-suite/until.ts";
import { lending, type OpenAgentApp } from "./agent-app.ts";

/** An application that ends leaves nothing behind: what was lent is back, and every flow reported. */
export function shutdownCases(open: OpenAgentApp): void {
  it("reports all flows and gives back all they held, however soon it comes", async () => {
    const app = await open({ routes: [OK], agent: { answers: [lending()] } });
    const asked = Array.from({ length: 50 }, () => app.request({ path: "/ok" }));
    expect((await Promise.all(asked)).map(({ status }) => status)).to.deep.equal(Array(50).fill(200));
    await app.client.shutdown();
    expect(app.agent.flows).to.have.length(50);
    expect(app.agent.script.heldLeases).to.deep.equal([]);
  });

  it("waits for a request that is under way, and asks nobody about later ones", async () => {
    const door = new Door();
    const slow: Route = { ...OK, path: "/slow", work: (visit) => door.passed.then(() => visit.send({ body: "late" })) };
    const app = await open({ routes: [slow, OK], agent: { answers: [lending()] } });
    const asked = app.request({ path: "/slow" });
    await until(() => app.client.counts.open === 1, "an open flow");
    const ended = app.client.shutdown();
    expect(await app.statuses(1, { path: "/ok" })).to.deep.equal([200]);
    door.open();
    expect((await asked).body).to.equal("late");
    await ended;
    expect(app.calls("Check")).to.have.length(1);
    expect(app.agent.flows).to.have.length(1);
    expect(app.agent.script.heldLeases).to.deep.equal([]);
  });

  it("turns the later requests of a ramp away", async () => {
    const app = await open({ routes: [OK], options: { rampMode: true } });
    expect(await app.statuses(1, { path: "/ok" })).to.deep.equal([200]);
    await app.client.shutdown();
    expect(await app.statuses(1, { path: "/ok" })).to.deep.equal([503]);
  });
}
