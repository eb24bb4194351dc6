import { rejected } from "@aperture-flow/core/testing";
import { expect } from "chai";
import { ECHO, NEVER, NOT_MODIFIED, OK, REJECTS, STREAM, THROWS } from "../adapter-suite/routes.ts";
import { until } from "../adapter-suite/until.ts";
import { type AgentApp, lending, type OpenAgentApp } from "./agent-app.ts";

/** What an agent is told when a flow is over: what it lent comes back, once. */
export function endingCases(open: OpenAgentApp): void {
  function returned(app: AgentApp): (string | undefined)[] {
    return app.calls("FlowEnd").flatMap(({ request }) => {
      const { inflight_requests: refs = [] } = request as { inflight_requests?: { request_id?: string }[] };
      return refs.map(({ request_id }) => request_id);
    });
  }

  const lendingApp = (...routes: Parameters<OpenAgentApp>[0]["routes"]) =>
    open({ routes, agent: { answers: [lending()] } });

  async function expectReturned(app: AgentApp, count: number): Promise<void> {
    await app.settled();
    expect(app.calls("Check"), "checks").to.have.length(count);
    expect(app.calls("FlowEnd"), "ends").to.have.length(count);
    expect(returned(app)).to.have.members(Array.from({ length: count }, (_, index) => `lease-${index + 1}`));
    expect(app.agent.script.heldLeases).to.deep.equal([]);
  }

  for (const route of [OK, STREAM, THROWS, REJECTS, NOT_MODIFIED]) {
    it(`comes back after ${route.path}`, async () => {
      const app = await lendingApp(route);
      await app.request({ path: route.path });
      await expectReturned(app, 1);
    });
  }

  it("comes back after a HEAD request", async () => {
    const app = await lendingApp(OK);
    await app.request({ method: "HEAD", path: "/ok" });
    await expectReturned(app, 1);
  });

  it("comes back after each request of a connection", async () => {
    const app = await lendingApp(OK, ECHO);
    const client = await app.connect();
    for (let index = 0; index < 3; index += 1) {
      client.send({ path: "/ok" });
      expect((await client.response()).status).to.equal(200);
    }
    client.send({ method: "POST", path: "/echo", headers: { "Content-Type": "text/plain" }, body: "hello" });
    expect((await client.response()).body).to.equal("hello");
    await expectReturned(app, 4);
  });

  it("keeps no response waiting while the agent takes no ends", async () => {
    const agent = { answers: [lending()] };
    const app = await open({ routes: [OK], agent, client: { endTimeoutMs: 300_000 } });
    app.agent.behave(({ method }) => ({ hang: method === "FlowEnd" }));
    const client = await app.connect();
    for (let index = 0; index < 3; index += 1) {
      client.send({ path: "/ok" });
      expect((await client.response()).status).to.equal(200);
    }
    await until(() => app.calls("FlowEnd").length === 3, "an end of each flow");
  });

  it("comes back when the client goes away in the middle", async () => {
    const app = await lendingApp(NEVER);
    const client = await app.connect();
    client.send({ path: "/never" });
    await until(() => app.client.counts.open === 1, "an open flow");
    client.abort();
    await expectReturned(app, 1);
  });

  it("is cancelled when the client goes away before it was decided", async () => {
    const app = await lendingApp(OK);
    app.agent.behave({ hang: true });
    const client = await app.connect();
    client.send({ path: "/ok" });
    await until(() => app.calls("Check").length === 1, "a check");
    client.abort();
    await until(() => app.client.counts.unreachable.cancelled === 1, "a cancelled flow");
    await app.settled();
    expect(app.calls("FlowEnd")).to.deep.equal([]);
  });

  it("is nothing of an upgrade that reaches no route", async () => {
    const app = await lendingApp(OK);
    app.server.once("upgrade", (_request, socket) => socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    const client = await app.connect();
    client.send({ path: "/ok", headers: { Connection: "Upgrade", Upgrade: "websocket" } });
    expect((await client.response()).status).to.equal(101);
    await expectReturned(app, 0);
  });

  it("is nothing of a rejected flow, and nothing of one that was lent nothing", async () => {
    const app = await open({
      routes: [OK],
      agent: { answers: [rejected(), { accepted: true, decisions: [], leases: [] }] },
    });
    expect(await app.statuses(2, { path: "/ok" })).to.deep.equal([429, 200]);
    await app.settled();
    expect(app.calls("FlowEnd")).to.deep.equal([]);
  });
}
