import { rejected } from "@aperture-flow/core/testing";
import { expect } from "chai";
import { OK } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";

const MANY = 10_000;

/** Requests that want to choose their own labels, or to make them expensive. */
export function hostileCases(open: OpenApp): void {
  it("does not listen to baggage", async () => {
    const app = await open({ routes: [OK] });
    await app.request({ path: "/ok", headers: { baggage: "user_tier=gold,http.method=POST" } });
    expect(app.ledger.labels).not.to.have.property("user_tier");
    expect(app.ledger.labels["http.method"]).to.equal("GET");
  });

  it("takes the baggage that it was told to trust, and no more", async () => {
    const app = await open({ options: { trustBaggage: ["region", "session"] }, routes: [OK] });
    await app.request({ path: "/ok", headers: { baggage: "region=eu%20west;ttl=1 , user_tier=gold, session=%zz" } });
    expect(app.ledger.labels["region"]).to.equal("eu west");
    expect(app.ledger.labels).not.to.have.any.keys("user_tier", "session");
  });

  it("lets no baggage overrule what the request and the application say", async () => {
    const app = await open({ options: { trustBaggage: true, labels: { user: "alice" } }, routes: [OK] });
    await app.request({
      path: "/ok",
      headers: { baggage: "user=mallory,http.method=POST,client.address=6.6.6.6,k=v" },
    });
    const expected = { user: "alice", "http.method": "GET", "client.address": "127.0.0.1", k: "v" };
    expect(app.ledger.labels).to.include(expected);
  });

  it("reads no baggage beyond what the standard allows", async () => {
    const app = await open({ options: { trustBaggage: true }, routes: [OK] });
    const members = (count: number, value: string) =>
      Array.from({ length: count }, (_, at) => `k${at}=${value}`).join();
    await app.request({ path: "/ok", headers: { baggage: members(100, "v") } });
    expect(Object.keys(app.ledger.labels).length).to.be.at.most(64);
    expect(app.ledger.labels["k9"]).to.equal("v");
    await app.request({ path: "/ok", headers: { baggage: members(10, "v".repeat(1000)) } });
    expect(app.ledger.labels).not.to.have.property("k0");
  });

  it("treats __proto__ and constructor as names like any other", async () => {
    const polluted = JSON.parse('{"__proto__":"own","constructor":"own","toString":"own"}');
    const app = await open({
      options: { labels: polluted, trustBaggage: true, headerLabels: ["__proto__", "constructor", "has-own"] },
      routes: [OK],
    });
    const headers = { constructor: "header", baggage: "__proto__=bag,prototype=bag,constructor=bag" };
    await app.request({ path: "/ok", headers });
    const { labels } = app.ledger;
    expect(Object.getOwnPropertyDescriptor(labels, "__proto__")?.value).to.equal("own");
    expect(labels["constructor"]).to.equal("own");
    expect(labels["toString"]).to.equal("own");
    expect(labels["prototype"]).to.equal("bag");
    expect(labels["http.request.header.constructor"]).to.equal("header");
    expect(Object.hasOwn(labels, "http.request.header.has_own")).to.equal(false);
    expect(({} as Record<string, unknown>)["prototype"], "nobody else's prototype").to.equal(undefined);
  });

  it("takes no label from what headers inherit", async () => {
    const app = await open({ options: { headerLabels: ["__proto__", "constructor"] }, routes: [OK] });
    expect((await app.request({ path: "/ok" })).status).to.equal(200);
    expect(app.ledger.control.checks, "checked all the same").to.have.lengthOf(1);
    expect(Object.keys(app.ledger.labels).filter((name) => name.startsWith("http.request.header"))).to.deep.equal([]);
    expect(app.ledger.warnings).to.deep.equal([]);
  });

  it("keeps the application's labels, and bounds what joins them", async () => {
    const labels = Object.fromEntries(Array.from({ length: MANY }, (_, at) => [`label${at}`, "x"]));
    const app = await open({ options: { labels, headerLabels: ["x-more"] }, routes: [OK] });
    expect((await app.request({ path: "/ok", headers: { "x-more": "y" } })).status).to.equal(200);
    const kept = Object.keys(app.ledger.labels);
    expect(kept.slice(0, MANY)).to.deep.equal(Object.keys(labels));
    expect(kept.length - MANY).to.be.at.most(64);
  });

  it("reads a request with as many headers as Node takes", async () => {
    const app = await open({ options: { headerLabels: ["x-user"] }, routes: [OK] });
    const headers = Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`h${at}`, "x"]));
    expect((await app.request({ path: "/ok", headers: { ...headers, "x-user": "alice" } })).status).to.equal(200);
    expect(app.ledger.labels["http.request.header.x_user"]).to.equal("alice");
  });

  it("cuts a label that a header made huge", async () => {
    const app = await open({ options: { headerLabels: ["x-user"] }, routes: [OK] });
    await app.request({ path: "/ok", headers: { "x-user": "a".repeat(12_000) } });
    expect(app.ledger.labels["http.request.header.x_user"]).to.equal("a".repeat(1024));
  });

  it("makes well-formed text of any header bytes, and answers without them", async () => {
    const bytes = String.fromCharCode(...Array.from({ length: 0x80 }, (_, at) => 0x80 + at));
    const app = await open({ answers: [rejected()], options: { headerLabels: ["x-user"] }, routes: [OK] });
    const answer = await app.request({ path: "/ok", headers: { "x-user": `u${bytes}` } });
    expect(answer.status).to.equal(429);
    const label = app.ledger.labels["http.request.header.x_user"] ?? "";
    expect(label).to.equal(`u${bytes}`);
    expect(Buffer.from(label, "utf8").toString("utf8")).to.equal(label);
  });

  it("tells x-user-id from x_user_id", async () => {
    const app = await open({ options: { headerLabels: ["x-user-id"] }, routes: [OK] });
    await app.request({ path: "/ok", headers: { x_user_id: "mallory" } });
    expect(app.ledger.labels).not.to.have.property("http.request.header.x_user_id");
    for (const headers of [
      { "x-user-id": "alice", x_user_id: "mallory" },
      { x_user_id: "mallory", "x-user-id": "alice" },
    ]) {
      await app.request({ path: "/ok", headers });
      expect(app.ledger.labels["http.request.header.x_user_id"]).to.equal("alice");
    }
  });

  for (const [what, options] of [
    ["two headers that would become one label", { headerLabels: ["x-user-id", "x_user_id"] }],
    ["a credential as a label", { headerLabels: ["Authorization"] }],
    ["an IPv6 prefix of a whole provider", { ipv6PrefixLength: 16 }],
  ] as const) {
    it(`refuses ${what} when it is installed`, async () => {
      const failure = await open({ options, routes: [OK] }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.include({ code: "APERTURE_OPTION_INVALID" });
    });
  }

  it("knows an absolute target for the path that it is", async () => {
    const app = await open({ answers: [rejected()], options: { ignoredPaths: ["/health"] }, routes: [OK] });
    await app.request({ path: "http://evil.test/ok?x=/health" });
    expect(app.ledger.labels["http.target"]).to.equal("/ok");
  });
}
