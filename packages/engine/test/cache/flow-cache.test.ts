import type { Awaitable, CacheLookupResponse } from "@aperture-flow/core";
import { expect } from "chai";
import type { StateBackend } from "../../src/backend/backend.ts";
import { MemoryBackend } from "../../src/backend/memory.ts";
import { FlowCache } from "../../src/cache/flow-cache.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

const WEEK_MS = 7 * 24 * 3600 * 1000;
const value = Uint8Array.of(1, 2);

function setUp() {
  const clock = new FakeClock();
  return { clock, cache: new FlowCache(new MemoryBackend({ clock })) };
}

describe("FlowCache", () => {
  it("asks only for what it was asked for", () => {
    const { cache } = setUp();
    expect(cache.lookUp({ controlPoint: "cp" })).to.deep.equal({ global: new Map() });
    expect(cache.lookUp({ controlPoint: "cp", resultKey: "" })).to.deep.equal({ global: new Map() });
    expect(cache.delete({ controlPoint: "cp" })).to.deep.equal({ global: new Map() });
    expect(cache.upsert({ controlPoint: "cp" })).to.deep.equal({ global: new Map() });
  });

  it("keeps control points apart, whatever their names", () => {
    const { cache } = setUp();
    cache.upsert({ controlPoint: "a", result: { key: "b:c", value, ttlMs: 1000 } });
    expect(cache.lookUp({ controlPoint: "a:b", resultKey: "c" })).to.deep.include({ result: { hit: false } });
    expect(cache.lookUp({ controlPoint: "a", resultKey: "b:c" })).to.deep.include({ result: { hit: true, value } });
  });

  it("answers for an empty key and an empty control point with an error", () => {
    const { cache } = setUp();
    const answer = cache.lookUp({ controlPoint: "", resultKey: "k", globalKeys: ["", "none", "none"] });
    expect(answer).to.deep.equal({
      result: { hit: false, error: "a result key needs a control point" },
      global: new Map([
        ["", { hit: false, error: "a cache key cannot be empty" }],
        ["none", { hit: false }],
      ]),
    });
  });

  it("finds a result at its own control point only, and a global entry from all", () => {
    const { cache } = setUp();
    const entry = { key: "k", value, ttlMs: 1000 };
    cache.upsert({ controlPoint: "a", result: entry, global: [{ ...entry, value: Uint8Array.of(3) }] });
    const lookUp = (controlPoint: string) => cache.lookUp({ controlPoint, resultKey: "k", globalKeys: ["k"] });
    const global = new Map([["k", { hit: true, value: Uint8Array.of(3) }]]);
    expect(lookUp("a")).to.deep.equal({ result: { hit: true, value }, global });
    expect(lookUp("b")).to.deep.equal({ result: { hit: false }, global });
  });

  it("gives every key its own value, among others that miss, fail or come twice", () => {
    const { cache } = setUp();
    const keys = Array.from({ length: 500 }, (_, index) => `${index}`);
    const textOf = (key: string) => new TextEncoder().encode(key);
    const stored = keys.filter((key) => Number(key) % 3 === 0);
    const result = { key: "r", value, ttlMs: 1000 };
    const global = stored.map((key) => ({ key, value: textOf(key), ttlMs: 1000 }));
    cache.upsert({ controlPoint: "cp", result, global: [{ key: "", value, ttlMs: 1000 }, ...global] });
    const globalKeys = ["0", "", ...keys, "3"];
    const found = cache.lookUp({ controlPoint: "cp", resultKey: "r", globalKeys });
    if (found instanceof Promise) throw new Error("a cache in memory answers at once");
    expect(found.result).to.deep.equal({ hit: true, value });
    expect(found.global.size).to.equal(501);
    for (const key of keys) {
      const expected = stored.includes(key) ? { hit: true, value: textOf(key) } : { hit: false };
      expect(found.global.get(key), key).to.deep.equal(expected);
    }
  });

  it("deletes what is there and what is not, and keeps an empty value", () => {
    const { cache } = setUp();
    const empty = new Uint8Array();
    cache.upsert({ controlPoint: "cp", result: { key: "k", value: empty, ttlMs: 1000 } });
    expect(cache.lookUp({ controlPoint: "cp", resultKey: "k" })).to.deep.include({
      result: { hit: true, value: empty },
    });
    for (let count = 0; count < 2; count++) {
      const deleted = { result: {}, global: new Map([["none", {}]]) };
      expect(cache.delete({ controlPoint: "cp", resultKey: "k", globalKeys: ["none"] })).to.deep.equal(deleted);
    }
    expect(cache.lookUp({ controlPoint: "cp", resultKey: "k" })).to.deep.include({ result: { hit: false } });
  });

  it("keeps keys of any length and text", () => {
    const { cache } = setUp();
    for (const key of ["x".repeat(233), "x".repeat(10_000), "__proto__", "ключ 🗝", " "]) {
      cache.upsert({ controlPoint: "cp", global: [{ key, value, ttlMs: 1000 }] });
      const { global } = cache.lookUp({ controlPoint: "cp", globalKeys: [key] }) as CacheLookupResponse;
      expect(global.get(key)).to.deep.equal({ hit: true, value });
    }
  });

  it("keeps an entry for its time, a week at most and by default, and one of negative time not at all", async () => {
    const { cache, clock } = setUp();
    const times = { second: 1000, default: 0, absurd: Number.MAX_VALUE, none: Number.NaN, past: -1 };
    cache.upsert({
      controlPoint: "cp",
      global: Object.entries(times).map(([key, ttlMs]) => ({ key, value, ttlMs })),
    });
    const hits = async () => {
      const { global } = await cache.lookUp({ controlPoint: "cp", globalKeys: Object.keys(times) });
      return [...global].filter(([, { hit }]) => hit).map(([key]) => key);
    };
    expect(await hits()).to.deep.equal(["second", "default", "absurd", "none"]);
    await clock.advance(1000);
    expect(await hits()).to.deep.equal(["default", "absurd", "none"]);
    clock.after(WEEK_MS, () => {});
    await clock.advance(0);
    const far = new FakeClock(WEEK_MS - 1);
    const backend = new MemoryBackend({ clock: far });
    const later = new FlowCache(backend);
    later.upsert({ controlPoint: "cp", result: { key: "k", value, ttlMs: 0 } });
    expect(later.lookUp({ controlPoint: "cp", resultKey: "k" })).to.deep.include({ result: { hit: true, value } });
  });

  it("removes an entry by overwriting it with one of the past", () => {
    const { cache } = setUp();
    cache.upsert({ controlPoint: "cp", result: { key: "k", value, ttlMs: 1000 } });
    cache.upsert({ controlPoint: "cp", result: { key: "k", value, ttlMs: -5 } });
    expect(cache.lookUp({ controlPoint: "cp", resultKey: "k" })).to.deep.include({ result: { hit: false } });
  });

  for (const way of ["throws", "rejects"] as const) {
    it(`puts the failures of its backend into the answer: ${way}`, async () => {
      const fail = (): Awaitable<never> => {
        if (way === "rejects") return Promise.reject(new Error("away"));
        throw new Error("away");
      };
      const memory = new MemoryBackend({ clock: new FakeClock() });
      const backend: StateBackend = {
        takeTokens: (space, label, ask) => memory.takeTokens(space, label, ask),
        acquireSlots: (space, label, ask) => memory.acquireSlots(space, label, ask),
        releaseSlots: (space, label, id) => memory.releaseSlots(space, label, id),
        getEntries: fail,
        setEntry: fail,
        deleteEntries: fail,
        close: () => memory.close(),
      };
      const cache = new FlowCache(backend);
      const keys = { controlPoint: "cp", resultKey: "r", globalKeys: ["g"] };
      expect(await cache.lookUp(keys)).to.deep.equal({
        result: { hit: false, error: "away" },
        global: new Map([["g", { hit: false, error: "away" }]]),
      });
      const failed = { result: { error: "away" }, global: new Map([["g", { error: "away" }]]) };
      expect(await cache.delete(keys)).to.deep.equal(failed);
      const entries = {
        controlPoint: "cp",
        result: { key: "r", value, ttlMs: 1 },
        global: [{ key: "g", value, ttlMs: 1 }],
      };
      expect(await cache.upsert(entries)).to.deep.equal(failed);
    });
  }

  it("reports an entry that is too large, and keeps the others", async () => {
    const cache = new FlowCache(new MemoryBackend({ clock: new FakeClock(), maxCacheBytes: 1000 }));
    const large = { key: "large", value: new Uint8Array(1001), ttlMs: 1000 };
    const { global } = await cache.upsert({
      controlPoint: "cp",
      global: [large, { key: "small", value, ttlMs: 1000 }],
    });
    expect(global.get("large")?.error).to.match(/exceeds/);
    expect(global.get("small")).to.deep.equal({});
  });
});
