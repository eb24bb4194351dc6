import { ApertureError } from "@aperture-flow/core";
import { expect } from "chai";
import type { BucketAsk, BucketSettings } from "../../src/backend/backend.ts";
import { MemoryBackend } from "../../src/backend/memory.ts";
import { backendSuite } from "../../src/testing/backend-suite.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

backendSuite("memory", () => {
  const clock = new FakeClock(1e6);
  return { backend: new MemoryBackend({ clock }), advance: (ms) => clock.advance(ms) };
});

const SETTINGS: BucketSettings = {
  capacity: 10,
  fillAmount: 10,
  fillIntervalMs: 60_000,
  continuousFill: true,
  delayInitialFill: false,
  idleMs: 0,
};
const ONE: BucketAsk = { settings: SETTINGS, tokens: 1, mayWaitMs: 0 };

describe("MemoryBackend", () => {
  it("answers without a promise", () => {
    const backend = new MemoryBackend({ clock: new FakeClock() });
    expect(backend.takeTokens("space", "a", ONE)).to.deep.equal({ granted: true, remaining: 9, waitMs: 0 });
    expect(backend.getEntries(["a"])).to.deep.equal([undefined]);
  });

  it("remembers no more keys than it may, however many there are", () => {
    for (const maxKeys of [1, 2, 10, 1000, 30_000, 40_000]) {
      const backend = new MemoryBackend({ clock: new FakeClock(), maxKeys });
      for (let key = 0; key < 3 * maxKeys; key++) {
        backend.takeTokens("space", `user:${key}`, ONE);
        if (key % 100 === 0) expect(backend.size.buckets).to.be.at.most(Math.max(2, maxKeys));
      }
      expect(backend.size.buckets).to.be.at.most(Math.max(2, maxKeys));
    }
  });

  it("keeps spaces apart in whatever order they are asked", () => {
    const backend = new MemoryBackend({ clock: new FakeClock() });
    const asked = { a: 0, b: 0, c: 0 };
    for (const space of [..."abcabcacbbaacbcabc"] as (keyof typeof asked)[]) {
      asked[space] += 1;
      expect(backend.takeTokens(space, "key", ONE).remaining, `${space}, ${asked[space]}`).to.equal(10 - asked[space]);
    }
  });

  it("finds a space that was forgotten in one way only, and counts it again", async () => {
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock });
    const brief: BucketAsk = { ...ONE, settings: { ...SETTINGS, fillIntervalMs: 100 } };
    const take = (space: "lasting" | "brief") =>
      backend.takeTokens(space, "key", space === "brief" ? brief : ONE).remaining;
    for (const space of ["lasting", "brief", "lasting"] as const) take(space);
    await clock.advance(5000);
    expect(backend.size.buckets, "after a sweep").to.equal(1);
    take("lasting");
    const { buckets } = backend.size;
    expect(take("brief")).to.equal(9);
    expect(backend.size.buckets).to.equal(buckets + 1);
    expect(take("brief"), "asked again").to.equal(8);
  });

  it("knows the keys in use while others pass by", () => {
    const backend = new MemoryBackend({ clock: new FakeClock(), maxKeys: 1000 });
    for (let key = 0; key < 10_000; key++) {
      backend.takeTokens("space", `passing:${key}`, ONE);
      if (key % 400 === 0) backend.takeTokens("space", "regular", ONE);
    }
    expect(backend.takeTokens("space", "regular", ONE).granted, "its 10 tokens were taken").to.equal(false);
  });

  it("spreads keys of any shape well enough to remember half of what it may", () => {
    const shapes: Record<string, (key: number) => string> = {
      numbers: (key) => `${key}`,
      addresses: (key) => `10.${key >> 16}.${(key >> 8) & 255}.${key & 255}`,
      mails: (key) => `name.${key}@example.com`,
      identifiers: (key) => `${key.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`,
    };
    for (const [shape, keyOf] of Object.entries(shapes)) {
      const backend = new MemoryBackend({ clock: new FakeClock(), maxKeys: 100_000 });
      for (let key = 0; key < 25_000; key++) backend.takeTokens("space", keyOf(key), ONE);
      let known = 0;
      for (let key = 0; key < 25_000; key++)
        if (backend.takeTokens("space", keyOf(key), ONE).remaining === 8) known += 1;
      expect(known, shape).to.equal(25_000);
    }
  });

  it("knows the keys of its first shard in all that follow", async () => {
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock, maxKeys: 40_000 });
    const take = (key: number) => backend.takeTokens("space", `user:${key}`, ONE).remaining;
    for (let key = 0; key < 5000; key++) take(key);
    await clock.advance(1500);
    // A sweep has begun a generation; 10,000 more are too many for one shard.
    for (let key = 5000; key < 17_000; key++) take(key);
    expect(backend.size.buckets).to.equal(17_000);
    for (let key = 0; key < 17_000; key++) expect(take(key), `user:${key}`).to.be.within(7.9, 8.5);
  });

  it("remembers no more keys than it may when one shard is full before the others", async () => {
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock, maxKeys: 40_000 });
    for (let key = 0; key < 9900; key++) backend.takeTokens("space", `user:${key}`, ONE);
    await clock.advance(1500);
    for (let key = 10_000; key < 28_000; key++) backend.takeTokens("space", `user:${key}`, ONE);
    for (let key = 0; key < 35_000; key++) backend.takeTokens("space", sameShard(key), ONE);
    expect(backend.size.buckets).to.be.at.most(40_000);
  });

  it("forgets every key that has had time to fill, and then stops its timer", async () => {
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock, maxKeys: 100_000 });
    for (let key = 0; key < 20_000; key++) backend.takeTokens("space", `user:${key}`, ONE);
    expect(backend.size.buckets).to.equal(20_000);
    await clock.advance(60_000);
    expect(backend.takeTokens("space", "user:1", { ...ONE, tokens: 0 }).remaining).to.equal(10);
    await clock.advance(200_000);
    expect(backend.size.buckets).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it("forgets the keys that are not asked for while others are", async () => {
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock, maxKeys: 100_000 });
    for (let key = 0; key < 1000; key++) backend.takeTokens("space", `user:${key}`, ONE);
    for (let second = 0; second < 200; second++) {
      backend.takeTokens("space", "busy", ONE);
      await clock.advance(1000);
    }
    expect(backend.size.buckets).to.be.at.most(2);
  });

  it("keeps a bucket that never fills for as long as it may be idle", async () => {
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock });
    const ask = { ...ONE, settings: { ...SETTINGS, fillAmount: 0, idleMs: 3_600_000 }, tokens: 5 };
    backend.takeTokens("space", "a", ask);
    await clock.advance(3_500_000);
    expect(backend.takeTokens("space", "a", ask).remaining).to.equal(0);
    await clock.advance(3_601_000);
    expect(backend.takeTokens("space", "a", ask).remaining).to.equal(5);
  });

  it("keeps the longest-lived bucket of several settings", async () => {
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock, maxKeys: 100 });
    const slow = { ...ONE, settings: { ...SETTINGS, fillIntervalMs: 600_000 } };
    backend.takeTokens("space", "slow", { ...slow, tokens: 10 });
    for (let second = 0; second < 240; second++) {
      backend.takeTokens("space", "quick", ONE);
      await clock.advance(1000);
    }
    expect(backend.takeTokens("space", "slow", { ...slow, tokens: 0 }).remaining).to.be.closeTo(4, 0.001);
  });

  it("is bounded in the bytes of its cache, and drops the least recently used", () => {
    const backend = new MemoryBackend({ clock: new FakeClock(), maxCacheBytes: 10_000 });
    const value = new Uint8Array(1000);
    for (let key = 0; key < 100; key++) {
      backend.setEntry(`${key}`, value, 60_000);
      backend.getEntries(["0"]);
      expect(backend.size.cacheBytes).to.be.at.most(10_000);
    }
    expect(backend.getEntries(["0"])[0], "used all the time").to.not.equal(undefined);
    expect(backend.getEntries(["1"])[0]).to.equal(undefined);
    expect(() => backend.setEntry("huge", new Uint8Array(10_000), 60_000)).to.throw(RangeError);
  });

  it("counts no bytes when everything has expired or was deleted", async () => {
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock });
    for (let key = 0; key < 2500; key++) backend.setEntry(`${key}`, new Uint8Array(10), key % 2 === 0 ? 500 : 60_000);
    backend.setEntry("1", new Uint8Array(99), 500);
    await clock.advance(3000);
    expect(backend.size.entries).to.equal(1249);
    backend.deleteEntries(Array.from({ length: 2500 }, (_, key) => `${key}`));
    expect(backend.size).to.include({ entries: 0, cacheBytes: 0 });
  });

  it("does not keep the leases of flows that never ended", async () => {
    const clock = new FakeClock();
    const backend = new MemoryBackend({ clock });
    for (let key = 0; key < 100; key++) {
      backend.acquireSlots("space", `user:${key}`, { slots: 1, limit: 1, maxHoldMs: 5000, idleMs: 0 });
    }
    expect(backend.size.slots).to.equal(100);
    await clock.advance(7000);
    expect(backend.size.slots).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it("refuses bounds that are none", () => {
    for (const maxKeys of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new MemoryBackend({ maxKeys })).to.throw(ApertureError, "maxKeys");
    }
  });
});

/** Labels that differ only where the shard of a text so long does not depend on it. */
function sameShard(key: number): string {
  const [a, b, c, d, e] = String(key).padStart(5, "0");
  return `${a}_${b}${c}_${d}${e}`.padEnd(32, "_");
}
