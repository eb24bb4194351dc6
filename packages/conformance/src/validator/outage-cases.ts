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
