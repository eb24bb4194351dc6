import { accepted, rejected } from "@aperture-flow/core/testing";
import { expect } from "chai";
import { OK } from "../adapter-suite/routes.ts";
import { until } from "../adapter-suite/until.ts";
import type { AgentApp, OpenAgentApp } from "./agent-app.ts";

const UNAUTHENTICATED = 16;

/** An agent that is of no help: requests are served all the same, but not those of a ramp. */
export function outageCases(open: OpenAgentApp): void {
  const outages: readonly (readonly [how: string, begin: (app: AgentApp) => unknown, reason: string])[] = [
    ["has stopped", (app) => app.stopAgent(), "unavailable"],
    ["hangs", (app) => app.agent.behave({ hang: true }), "timeout"],
    ["refuses the key", (app) => app.agent.behave({ status: UNAUTHENTICATED }), "unauthenticated"],
    ["is slow", (app) => app.agent.behave({ delayMs: 500 }), "timeout"],
  ];
  for (const [how, begin, reason] of outages) {
    it(`serves everybody while the agent ${how}`, async () => {
      const app = await open({ routes: [OK], options: { timeoutMs: 50 }, agent: { answers: [rejected()] } });
      expect(await app.client.ready()).to.equal(true);
      await begin(app);
      expect(await app.statuses(4, { path: "/ok" })).to.deep.equal([200, 200, 200, 200]);
      expect(app.client.counts.unreachable).to.include({ [reason]: 4 });
    });

    it(`turns a ramp's requests away while the agent ${how}`, async () => {
      const app = await open({ routes: [OK], options: { timeoutMs: 50, rampMode: true } });
      expect(await app.client.ready()).to.equal(true);
      await begin(app);
      expect(await app.statuses(4, { path: "/ok" })).to.deep.equal([503, 503, 503, 503]);
    });
  }

  for (const [how, begin] of outages.slice(1)) {
    it(`asks an agent that ${how} again, and obeys it when it no longer does`, async () => {
      const app = await open({ routes: [OK], options: { timeoutMs: 50 }, agent: { answers: [rejected()] } });
      expect(await app.client.ready()).to.equal(true);
      await begin(app);
      expect(await app.statuses(6, { path: "/ok" })).to.deep.equal(Array(6).fill(200));
      app.agent.behave({});
      let status = 200;
      while (status === 200) ({ status } = await app.request({ path: "/ok" }));
      expect(status).to.equal(429);
    });
  }

  it("asks an agent that comes later than the application", async () => {
    const app = await open({ routes: [OK] });
    await app.stopAgent();
    expect(await app.statuses(1, { path: "/ok" })).to.deep.equal([200]);
    await app.restartAgent([rejected()]);
    expect(await app.client.ready()).to.equal(true);
    expect(await app.statuses(1, { path: "/ok" })).to.deep.equal([429]);
  });

  it("turns requests away where the application asks for it", async () => {
    const app = await open({ routes: [OK], options: { onUnreachable: "reject", timeoutMs: 1000 } });
    await app.stopAgent();
    expect(await app.statuses(2, { path: "/ok" })).to.deep.equal([503, 503]);
  });

  it("is asked again as soon as it is back", async () => {
    const app = await open({ routes: [OK], agent: { answers: [accepted()] } });
    expect(await app.statuses(1, { path: "/ok" })).to.deep.equal([200]);
    await app.stopAgent();
    expect(await app.statuses(2, { path: "/ok" })).to.deep.equal([200, 200]);
    await app.restartAgent([rejected()]);
    await until(() => app.client.getState() === "ready", "a connection");
    expect(await app.statuses(1, { path: "/ok" })).to.deep.equal([429]);
  });
}
