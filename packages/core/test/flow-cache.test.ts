import { expect } from "chai";
import { cacheEntry, type FlowCacheEntry, lookupResponse, operationResponse, WEEK_MS } from "../src/flow-cache.ts";

describe("cacheEntry", () => {
  const ttls: readonly (readonly [ttl: FlowCacheEntry["ttl"], ttlMs: number])[] = [
    [1500, 1500],
    [0.5, 0.5],
    [{ seconds: 2 }, 2000],
    [{ seconds: 2, nanos: 5_000_000 }, 2005],
    [{ seconds: 0, nanos: 500_000_000 }, 500],
    [WEEK_MS + 1, WEEK_MS],
    [{ seconds: 31_536_000 }, WEEK_MS],
    [Number.POSITIVE_INFINITY, WEEK_MS],
  ];
  for (const [ttl, ttlMs] of ttls) {
    it(`keeps for ${ttlMs} ms what is to live ${JSON.stringify(ttl)}`, () => {
      expect(cacheEntry("cart", { value: "x", ttl }).ttlMs).to.equal(ttlMs);
    });
  }

  for (const ttl of [0, -1, Number.NaN, { seconds: 0 }, { seconds: -3 }]) {
    it(`refuses a ttl of ${JSON.stringify(ttl)}`, () => {
      expect(() => cacheEntry("cart", { value: "x", ttl })).to.throw(TypeError, "must be above 0 milliseconds");
    });
  }

  it("stores text as UTF-8", () => {
    expect(cacheEntry("cart", { value: "ü", ttl: 1 }).value).to.deep.equal(Buffer.from([0xc3, 0xbc]));
  });

  const noBytes: readonly unknown[] = [undefined, null, 5, { items: 1 }, [1, 2]];
  for (const value of noBytes) {
    it(`refuses the value ${JSON.stringify(value)}`, () => {
      const entry = { value, ttl: 1 } as FlowCacheEntry;
      expect(() => cacheEntry("cart", entry)).to.throw(TypeError, "must be text or bytes");
    });
  }
});

describe("lookupResponse", () => {
  it("keeps its value when the source's bytes change", () => {
    const source = new Uint8Array([1, 2, 3]);
    const lookup = lookupResponse({ hit: true, value: source }, "missing");
    source.fill(9);
    expect(lookup.getValue()).to.deep.equal(Buffer.from([1, 2, 3]));
  });

  it("is a miss with the error of a failed look-up", () => {
    const lookup = lookupResponse({ hit: false, error: "no connection" }, "missing");
    expect([lookup.getLookupStatus(), lookup.getValue()]).to.deep.equal(["MISS", undefined]);
    expect(lookup.getError()?.message).to.equal("no connection");
  });

  it("is a miss that says what is missing where nothing was looked up", () => {
    const lookup = lookupResponse(undefined, "missing");
    expect([lookup.getLookupStatus(), lookup.getError()?.message]).to.deep.equal(["MISS", "missing"]);
  });
});

describe("operationResponse", () => {
  const outcomes: readonly (readonly [
    title: string,
    operate: () => Promise<{ error?: string } | undefined>,
    error: unknown,
  ])[] = [
    ["nothing for a success", async () => ({}), undefined],
    ["the error of the answer", async () => ({ error: "full" }), "full"],
    ["that there was no answer", async () => undefined, "the cache gave no answer for this key"],
    ["what the operation rejects with", () => Promise.reject(new Error("gone")), "gone"],
    ["a text that was thrown", () => Promise.reject("gone"), "gone"],
  ];
  for (const [title, operate, error] of outcomes) {
    it(`answers ${title}`, async () => {
      expect((await operationResponse(operate)).getError()?.message).to.equal(error);
    });
  }
});
