import { expect } from "chai";
import type { FrameworkTraits } from "./app-description.ts";
import { ECHO, named, OK } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";

/** What a flow knows of its request. */
export function labelCases(open: OpenApp, { knowsRouteFirst }: FrameworkTraits): void {
  it("labels a flow with its request", async () => {
    const app = await open({ routes: [{ ...ECHO, path: "/users/:id/notes" }] });
    const headers = { Host: "shop.test:8080", "Content-Type": "text/plain" };
    await app.request({ method: "POST", path: "/users/7/notes?secret=1#top", headers, body: "hello" });
    expect({ ...app.ledger.labels }).to.deep.equal({
      "http.method": "POST",
      "http.target": "/users/7/notes",
      "http.host": "shop.test:8080",
      "http.scheme": "http",
      "http.flavor": "1.1",
      "http.request_content_length": "5",
      ...(knowsRouteFirst && { "http.route": "/users/:id/notes" }),
      "client.address": "127.0.0.1",
    });
  });

  it("labels the flow of a route with the pattern it was declared with", async () => {
    const app = await open({ options: { controlPoint: undefined }, routes: [named("/users/:id", { name: "user" })] });
    await app.request({ path: "/users/7" });
    expect(app.ledger.labels).to.include({ "http.route": "/users/:id", "http.target": "/users/7" });
  });

  it("says 0 for the length of no body, and -1 for one it cannot know", async () => {
    const app = await open({ routes: [OK, ECHO] });
    await app.request({ path: "/ok" });
    expect(app.ledger.labels["http.request_content_length"]).to.equal("0");
    const client = await app.connect();
    const headers = { "Transfer-Encoding": "chunked", "Content-Type": "text/plain" };
    client.send({ method: "POST", path: "/echo", headers });
    client.write("5\r\nhello\r\n0\r\n\r\n");
    expect((await client.response()).body).to.equal("hello");
    expect(app.ledger.labels["http.request_content_length"]).to.equal("-1");
  });

  it("turns the headers it was told of into labels, and no others", async () => {
    const app = await open({ options: { headerLabels: ["X-User-Id", "x-tier"] }, routes: [OK] });
    await app.request({ path: "/ok", headers: { "x-user-id": "alice", "x-other": "no" } });
    const fromHeaders = Object.entries(app.ledger.labels).filter(([name]) => name.startsWith("http.request.header."));
    expect(fromHeaders).to.deep.equal([["http.request.header.x_user_id", "alice"]]);
  });

  it("takes fixed labels, and lets the application's win over all others", async () => {
    const app = await open({
      options: { labels: { "http.method": "ours", tier: 3, trial: false, none: undefined }, headerLabels: ["x-tier"] },
      routes: [OK],
    });
    await app.request({ path: "/ok", headers: { "x-tier": "9" } });
    expect(app.ledger.labels).to.include({ "http.method": "ours", tier: "3", trial: "false" });
    expect(app.ledger.labels).not.to.have.property("none");
  });

  it("waits for labels that take their time", async () => {
    const app = await open({
      options: {
        labels: async ({ headers }) => {
          await Promise.resolve();
          return { user: String(headers["x-user"]) };
        },
      },
      routes: [OK],
    });
    await app.request({ path: "/ok", headers: { "x-user": "alice" } });
    expect(app.ledger.labels["user"]).to.equal("alice");
  });

  for (const [how, labels] of [
    ["throws", () => raise()],
    ["rejects", async () => raise()],
    ["hangs", () => new Promise<never>(() => {})],
  ] as const) {
    it(`goes on without the application's labels when their function ${how}`, async () => {
      const app = await open({ options: { labels, timeoutMs: 20 }, routes: [OK] });
      expect((await app.request({ path: "/ok" })).status).to.equal(200);
      expect(app.ledger.labels["http.method"]).to.equal("GET");
      expect(app.ledger.warnings.join()).to.contain("labels");
    });
  }

  it("leaves the client's own word of its address unheard", async () => {
    const app = await open({ routes: [OK] });
    await app.request({ path: "/ok", headers: { "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https" } });
    expect(app.ledger.labels).to.include({ "client.address": "127.0.0.1", "http.scheme": "http" });
  });

  for (const [forwarded, address] of [
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2:ffff::1", "2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80::/64"],
    ["unknown", "127.0.0.1"],
  ] as const) {
    it(`labels a client behind a trusted proxy, "${forwarded}", as ${address}`, async () => {
      const app = await open({ trustProxy: true, routes: [OK] });
      await app.request({ path: "/ok", headers: { "X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https" } });
      expect(app.ledger.labels).to.include({ "client.address": address, "http.scheme": "https" });
    });
  }

  it("keeps as much of an IPv6 address as it is told to", async () => {
    const app = await open({ trustProxy: true, options: { ipv6PrefixLength: 56 }, routes: [OK] });
    await app.request({ path: "/ok", headers: { "X-Forwarded-For": "2001:db8:1:2ff:3:4:5:6" } });
    expect(app.ledger.labels["client.address"]).to.equal("2001:db8:1:200::/56");
  });

  it("labels an IPv4 client of a dual-stack socket like any other", async () => {
    const app = await open({ host: "::", routes: [OK] });
    await app.request({ path: "/ok" });
    expect(app.ledger.labels["client.address"]).to.equal("127.0.0.1");
  });
}

function raise(): never {
  throw new Error("no labels today");
}
