import { expect } from "chai";
import { ECHO, named, OK } from "./routes.ts";
import type { OpenApp, RunningApp } from "./running-app.ts";

/** `rpc: "http"`: the decider is asked with the whole request. */
export function wholeRequestCases(open: OpenApp): void {
  const asked = (app: RunningApp) => app.ledger.control.httpChecks.at(-1);

  it("asks with the request as it came, and the two ends of its connection", async () => {
    const app = await open({ options: { rpc: "http" }, routes: [{ ...ECHO, path: "/users/:id/notes" }] });
    const headers = {
      Host: "shop.test:8080",
      "Content-Type": "text/plain",
      "X-Tier": "gold",
      Authorization: "Bearer t",
    };
    await app.request({ method: "POST", path: "/users/7/notes?page=2", headers, body: "hello" });
    const { http, source, destination } = asked(app) ?? {};
    expect(http).to.include({ method: "POST", path: "/users/7/notes?page=2", host: "shop.test:8080", scheme: "http" });
    expect(http).to.include({ protocol: "HTTP/1.1", size: 5, body: undefined });
    expect(http?.headers).to.include({ "x-tier": "gold", "content-type": "text/plain" });
    expect(http?.headers).not.to.have.property("authorization");
    expect(source?.address).to.equal("127.0.0.1");
    expect(source?.port).to.be.greaterThan(0);
    expect(destination).to.deep.equal({ address: "127.0.0.1", port: (app.server.address() as { port: number }).port });
  });

  it("leaves the labels of the request to the decider, and adds those it cannot know", async () => {
    const options = { rpc: "http", labels: { tier: "gold" }, trustBaggage: ["tenant"] } as const;
    const app = await open({ options, routes: [OK] });
    await app.request({ path: "/ok", headers: { baggage: "tenant=acme,http.method=DELETE" } });
    const { "http.route": _route, ...labels } = app.ledger.labels;
    expect(labels).to.deep.equal({ tier: "gold", tenant: "acme", "client.address": "127.0.0.1" });
    expect(asked(app)?.http.headers).not.to.have.property("baggage");
  });

  it("names the client behind a trusted proxy as the source", async () => {
    const app = await open({ options: { rpc: "http" }, trustProxy: true, routes: [OK] });
    await app.request({ path: "/ok", headers: { "X-Forwarded-For": "203.0.113.7" } });
    expect(asked(app)?.source).to.deep.equal({ address: "203.0.113.7", port: 0 });
  });

  it("lets a route ask in its own way", async () => {
    const options = { controlPoint: undefined, rpc: "http" } as const;
    const plain = named("/plain", { name: "plain", overrides: { rpc: "check" } });
    const app = await open({ options, routes: [plain, named("/whole", { name: "whole" })] });
    await app.request({ path: "/plain" });
    await app.request({ path: "/whole?a=1" });
    expect(app.ledger.controlPoints).to.deep.equal(["plain", "whole"]);
    expect(app.ledger.control.httpChecks.map(({ http }) => http.path)).to.deep.equal(["/whole?a=1"]);
  });
}
