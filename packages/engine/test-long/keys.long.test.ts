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
const MOST_BYTES = 64 * 2 ** 20;

describe("ten million keys", () => {
  it("take no more memory than the configured number of them, and spare the one in use", () => {
    const backend = new MemoryBackend({ clock: new FakeClock(), maxKeys: MAX_KEYS });
    const before = process.memoryUsage().rss;
    let mostBuckets = 0;
    for (let key = 0; key < KEYS; key += 1) {
      backend.takeTokens("space", `client:${key}`, ASK);
      if (key % 10_000 !== 0) continue;
      mostBuckets = Math.max(mostBuckets, backend.size.buckets);
      backend.takeTokens("space", "in use", { ...ASK, tokens: key === 0 ? 10 : 1 });
    }
    expect(mostBuckets).to.be.within(MAX_KEYS / 2, MAX_KEYS);
    expect(process.memoryUsage().rss - before).to.be.below(MOST_BYTES);
    expect(backend.takeTokens("space", "in use", ASK).granted, "it was never forgotten").to.equal(false);
  });
});
