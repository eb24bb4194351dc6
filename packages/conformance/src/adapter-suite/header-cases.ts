import { expect } from "chai";
import { acceptedBy, decisionOf, rejectedFor } from "./limiter-answers.ts";
import { OK, THROWS } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";

/** What answers say of the limits behind them. */
export function headerCases(open: OpenApp): void {
  it("says RateLimit and RateLimit-Policy on accepted requests", async () => {
    const app = await open({ answers: [acceptedBy(decisionOf())], routes: [OK] });
    const { headers } = await app.request({ path: "/ok" });
    expect(headers["ratelimit-policy"]).to.equal('"login";q=10;w=60');
    expect(headers["ratelimit"]).to.equal('"login";r=4;t=36');
    expect(headers).not.to.have.property("x-ratelimit-limit");
  });

  it("says RateLimit and RateLimit-Policy on rejected requests", async () => {
    const app = await open({ answers: [rejectedFor(1500)], routes: [OK] });
    const { headers } = await app.request({ path: "/ok" });
    expect(headers["ratelimit-policy"]).to.equal('"login";q=10;w=60');
    expect(headers["ratelimit"], "t is what Retry-After says").to.equal('"login";r=0;t=2');
  });

  it("lists every limiter that promises a quota, and no other", async () => {
    const daily = decisionOf({
      ref: { policy: 'da"ily\u00e9', policyHash: "1", component: "0" },
      quota: { limit: 1000, windowMs: Number.POSITIVE_INFINITY },
      tokens: { consumed: 1, remaining: 999.5, current: 0.5 },
    });
    const { quota: _unknown, ...withoutQuota } = decisionOf();
    const unsure = [decisionOf({ error: "no state" }), decisionOf({ reason: "key-not-found" })];
    const app = await open({ answers: [acceptedBy(decisionOf(), daily, withoutQuota, ...unsure)], routes: [OK] });
    const { headers } = await app.request({ path: "/ok" });
    expect(headers["ratelimit-policy"]).to.equal('"login";q=10;w=60, "da\\"ily?";q=1000');
    expect(headers["ratelimit"]).to.equal('"login";r=4;t=36, "da\\"ily?";r=999');
  });

  it("adds the older headers of the tightest limit on request", async () => {
    const wide = decisionOf({
      quota: { limit: 500, windowMs: 1000 },
      tokens: { consumed: 1, remaining: 499, current: 1 },
    });
    const app = await open({
      answers: [acceptedBy(wide, decisionOf()), rejectedFor(1500)],
      options: { rateLimitHeaders: "legacy" },
      routes: [OK],
    });
    const first = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "4", "x-ratelimit-reset": "36" };
    expect((await app.request({ path: "/ok" })).headers).to.include(first);
    const second = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2" };
    expect((await app.request({ path: "/ok" })).headers).to.include(second);
  });

  it("says nothing of limits when it is told to keep quiet", async () => {
    const app = await open({
      answers: [acceptedBy(decisionOf()), rejectedFor(1500)],
      options: { rateLimitHeaders: false },
      routes: [OK],
    });
    expect((await app.request({ path: "/ok" })).headers).not.to.have.any.keys("ratelimit", "ratelimit-policy");
    const { headers } = await app.request({ path: "/ok" });
    expect(headers).not.to.have.any.keys("ratelimit", "ratelimit-policy");
    expect(headers["retry-after"]).to.equal("2");
  });

  for (const [what, headers, exposed] of [
    [
      "adds to",
      { "Access-Control-Expose-Headers": "X-Total, retry-after" },
      "X-Total, retry-after, RateLimit, RateLimit-Policy",
    ],
    ["sets", {}, "RateLimit, RateLimit-Policy, Retry-After"],
    ["leaves alone", { "Access-Control-Expose-Headers": "*" }, "*"],
  ] as const) {
    it(`${what} Access-Control-Expose-Headers (${exposed}) where CORS is in use`, async () => {
      const app = await open({
        answers: [acceptedBy(decisionOf()), rejectedFor(1500)],
        headers: { "Access-Control-Allow-Origin": "https://shop.test", ...headers },
        routes: [OK],
      });
      for (const status of [200, 429]) {
        const answer = await app.request({ path: "/ok" });
        expect(answer.status).to.equal(status);
        expect(answer.headers["access-control-expose-headers"]).to.equal(exposed);
      }
    });
  }

  it("exposes nothing where CORS is not in use, unless told to", async () => {
    const quiet = await open({ answers: [acceptedBy(decisionOf())], routes: [OK] });
    expect((await quiet.request({ path: "/ok" })).headers).not.to.have.property("access-control-expose-headers");
    const told = await open({ options: { exposeHeaders: true, rateLimitHeaders: "legacy" }, routes: [OK] });
    const { headers } = await told.request({ path: "/ok" });
    expect(headers["access-control-expose-headers"]).to.equal(
      "RateLimit, RateLimit-Policy, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset",
    );
  });

  it("exposes nothing when it is told not to", async () => {
    const app = await open({
      headers: { "Access-Control-Allow-Origin": "*" },
      options: { exposeHeaders: false },
      routes: [OK, THROWS],
    });
    expect((await app.request({ path: "/ok" })).headers).not.to.have.property("access-control-expose-headers");
    expect((await app.request({ path: "/throws" })).status).to.equal(500);
  });
}
