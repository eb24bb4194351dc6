import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { CheckRequest } from "../../src/contract/check.ts";
import type { CallOptions } from "../../src/contract/flow-control.ts";
import type { CheckHttpRequest } from "../../src/contract/http.ts";
import { accepted, rejected, ScriptedControl } from "../../src/testing/index.ts";
import { lease } from "../sample-decision.ts";

const REQUEST: CheckRequest = { controlPoint: "checkout", labels: {}, rampMode: false, expectEnd: true };

describe("ScriptedControl, its script", () => {
  it("accepts everything when it is empty", () => {
    expect(new ScriptedControl().check(REQUEST)).to.deep.equal(accepted());
  });

  it("answers in order, the last again and again", async () => {
    const control = new ScriptedControl(
      rejected({ waitMs: 1500 }),
      () => accepted(),
      () => Promise.resolve(rejected()),
    );
    control.add(accepted());
    const answers = [];
    for (let index = 0; index < 6; index += 1) answers.push((await control.check(REQUEST)).accepted);
    expect(answers).to.deep.equal([false, true, false, true, true, true]);
  });

  it("throws an error of the script, and goes on after it", () => {
    const control = new ScriptedControl(new Error("broken"), accepted());
    expect(() => control.check(REQUEST)).to.throw("broken");
    expect(control.check(REQUEST)).to.deep.equal(accepted());
  });

  it("hands request and call to a function", () => {
    const seen: [CheckRequest, CallOptions][] = [];
    const control = new ScriptedControl((request, call) => {
      seen.push([request, call]);
      return accepted();
    });
    const call = { timeoutMs: 5 };
    control.check(REQUEST, call);
    control.check(REQUEST);
    expect(seen).to.deep.equal([
      [REQUEST, call],
      [REQUEST, {}],
    ]);
  });

  it("answers checks of HTTP requests from the same list", () => {
    const http = { method: "GET", path: "/", host: "h", scheme: "http", protocol: "HTTP/1.1", size: -1, headers: {} };
    const request: CheckHttpRequest = { ...REQUEST, http };
    const control = new ScriptedControl(rejected());
    expect(control.checkHttp(request)).to.deep.equal(rejected());
    expect([control.httpChecks, control.checks]).to.deep.equal([[request], [request]]);
  });
});

describe("ScriptedControl, what it remembers", () => {
  it("knows which leases are out", async () => {
    const control = new ScriptedControl(accepted({ leases: [lease("a"), lease("b")] }));
    await control.check(REQUEST);
    expect(control.heldLeases).to.deep.equal([lease("a"), lease("b")]);
    const request = { controlPoint: "checkout", leases: [lease("b"), lease("c")] };
    expect(control.end(request).returns.map(({ returned }) => returned)).to.deep.equal([true, false]);
    expect(control.heldLeases).to.deep.equal([lease("a")]);
    expect(control.ends).to.deep.equal([request]);
  });

  it("sees a flow that was not ended, though another one with the same answer was", async () => {
    const control = new ScriptedControl(accepted({ leases: [lease("a")] }));
    const client = new ApertureClient({ control });
    const [ended] = await Promise.all([client.startFlow("checkout"), client.startFlow("checkout")]);
    await ended.end();
    expect(control.heldLeases).to.have.length(1);
  });

  it("lends nothing to a rejected flow", () => {
    const control = new ScriptedControl(rejected());
    control.check(REQUEST);
    expect(control.heldLeases).to.deep.equal([]);
  });
});

describe("ScriptedControl, its caches", () => {
  const bytes = new Uint8Array([1, 2]);

  it("keeps results by control point, and global entries for all", () => {
    const control = new ScriptedControl();
    const entry = { key: "k", value: bytes, ttlMs: 1 };
    expect(control.cacheUpsert({ controlPoint: "a", result: entry, global: [entry] })).to.deep.equal({
      result: {},
      global: new Map([["k", {}]]),
    });
    const look = (controlPoint: string) => control.cacheLookup({ controlPoint, resultKey: "k", globalKeys: ["k"] });
    const hit = { hit: true, value: bytes };
    expect(look("a")).to.deep.equal({ result: hit, global: new Map([["k", hit]]) });
    expect(look("b")).to.deep.equal({ result: { hit: false }, global: new Map([["k", hit]]) });
    control.cacheDelete({ controlPoint: "a", resultKey: "k", globalKeys: ["k"] });
    expect(look("a")).to.deep.equal({ result: { hit: false }, global: new Map([["k", { hit: false }]]) });
  });

  it("mistakes no result of one control point for another's, or for a global entry", () => {
    const control = new ScriptedControl();
    control.cacheUpsert({ controlPoint: "global", result: { key: "b c", value: bytes, ttlMs: 1 } });
    expect(control.cacheLookup({ controlPoint: "global b", resultKey: "c" }).result).to.deep.equal({ hit: false });
    const { global } = control.cacheLookup({ controlPoint: "global", globalKeys: ["b c"] });
    expect(global.get("b c")).to.deep.equal({ hit: false });
  });

  it("looks up on the way through a check what the flow asks for", async () => {
    const client = new ApertureClient({ control: new ScriptedControl() });
    const start = () => client.startFlow("checkout", { resultCacheKey: "cart", globalCacheKeys: ["prices"] });
    const first = await start();
    expect(first.resultCache().getLookupStatus()).to.equal("MISS");
    expect(first.resultCache().getError()).to.equal(undefined);
    await first.setResultCache({ value: "1 apple", ttl: 1000 });
    await first.setGlobalCache("prices", { value: "2 EUR", ttl: 1000 });
    const second = await start();
    expect(second.resultCache().getValue()?.toString()).to.equal("1 apple");
    expect(second.globalCache("prices").getValue()?.toString()).to.equal("2 EUR");
  });

  it("leaves the look-ups of a scripted answer as they are", async () => {
    const cache = { result: { hit: false, error: "no connection" }, global: new Map() };
    const client = new ApertureClient({ control: new ScriptedControl(accepted({ cache })) });
    const flow = await client.startFlow("checkout", { resultCacheKey: "cart" });
    expect(flow.resultCache().getError()?.message).to.equal("no connection");
  });
});

describe("accepted and rejected", () => {
  it("fill in what a test does not care about", () => {
    expect(accepted()).to.deep.equal({ accepted: true, decisions: [], leases: [] });
    expect(rejected()).to.deep.equal({
      accepted: false,
      reason: "rate-limited",
      status: 429,
      waitMs: 0,
      decisions: [],
    });
    expect(rejected({ reason: "no-tokens", status: 503 })).to.include({ reason: "no-tokens", status: 503, waitMs: 0 });
  });
});
