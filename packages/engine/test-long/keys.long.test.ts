import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { MemoryBackend } from "../src/backend/memory.ts";
import { FakeClock } from "../src/testing/fake-clock.ts";

const KEYS = 10_000_000;
const MAX_KEYS = 100_000;
const ASK = {
  settings: {
    capacity: 10,
    fillAmount: 1,
    fillIntervalMs: 60_000,
    continuousFill: true,
    delayInitialFill: false,
    idleMs: 0,
  },
  tokens: 1,
  mayWaitMs: 0,
};
/** What 100,000 buckets may take, their labels included. */
const MOST_BYTES = MAX_KEYS * 128;

/**
 * Held once nothing more can be collected: what the system has lent the process says more of the collector than of us.
 * One collection is not enough. What was made while the collector marked survives it, and the memory of a typed
 * array goes back on another thread, seen only by a later collection.
 */
async function heldBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  let least = Number.POSITIVE_INFINITY;
  for (let collections = 0; collections < 8; collections += 1) {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
    await setTimeout(20);
  }
  return least;
}

describe("ten million keys", () => {
  it("take no more memory than the configured number of them, and spare the one in use", async () => {
    const backend = new MemoryBackend({ clock: new FakeClock(), maxKeys: MAX_KEYS });
    const before = await heldBytes();
    let mostBuckets = 0;
    for (let key = 0; key < KEYS; key += 1) {
      backend.takeTokens("space", `client:${key}`, ASK);
      if (key % 10_000 !== 0) continue;
      mostBuckets = Math.max(mostBuckets, backend.size.buckets);
      backend.takeTokens("space", "in use", { ...ASK, tokens: key === 0 ? 10 : 1 });
    }
    expect(mostBuckets).to.be.within(MAX_KEYS / 2, MAX_KEYS);
    expect((await heldBytes()) - before).to.be.below(MOST_BYTES);
    expect(backend.takeTokens("space", "in use", ASK).granted, "it was never forgotten").to.equal(false);
  });
});
