import { expect } from "chai";
import { LoadBucket } from "../../src/arithmetic/load-bucket.ts";

/** A bucket that 10 tokens a second have arrived at for 32 seconds. */
function learnt(multiplier: number): { bucket: LoadBucket; nowMs: number } {
  const bucket = new LoadBucket(0);
  bucket.setMultiplier(multiplier, 0);
  let nowMs = 0;
  for (; nowMs < 32_000; nowMs += 100) bucket.arrive(1, nowMs);
  return { bucket, nowMs };
}

describe("LoadBucket", () => {
  it("lets everything pass while it learns, and then starts full", () => {
    const bucket = new LoadBucket(0);
    bucket.setMultiplier(0.5, 0);
    for (let nowMs = 0; nowMs <= 31_000; nowMs += 100) expect(bucket.arrive(1, nowMs)).to.equal(true);
    expect(bucket.arrive(1, 31_100)).to.equal(false);
    expect(bucket.capacity).to.be.closeTo(5, 0.1);
    expect(bucket.remaining).to.equal(bucket.capacity);
  });

  for (const multiplier of [0, 0.25, 0.5, 1]) {
    it(`lets ${multiplier} of a steady load pass`, () => {
      const { bucket, nowMs } = learnt(multiplier);
      let admitted = 0;
      for (let ms = 0; ms < 60_000; ms += 100) {
        bucket.arrive(1, nowMs + ms);
        if (bucket.take(1, 0, nowMs + ms) === 0) admitted += 1;
      }
      expect(admitted).to.be.closeTo(multiplier * 600, 12);
    });
  }

  it("promises tokens ahead to whoever may wait", () => {
    const { bucket, nowMs } = learnt(1);
    bucket.take(bucket.remaining, 0, nowMs);
    expect(bucket.take(5, 400, nowMs)).to.equal(undefined);
    expect(bucket.take(5, 1000, nowMs)).to.be.closeTo(500, 10);
    expect(bucket.remaining).to.be.closeTo(-5, 1e-9);
    bucket.giveBack(5);
    expect(bucket.remaining).to.be.closeTo(0, 1e-9);
  });

  it("knows what cannot be had, however full it is", () => {
    const { bucket } = learnt(1);
    expect(bucket.leastWaitMs(bucket.capacity)).to.equal(0);
    expect(bucket.leastWaitMs(bucket.capacity + 10)).to.be.closeTo(1000, 20);
    expect(learnt(0).bucket.leastWaitMs(1)).to.equal(Number.POSITIVE_INFINITY);
  });

  it("takes nothing at a multiplier of 0, and never more back than it holds", () => {
    const { bucket, nowMs } = learnt(0);
    expect(bucket.take(1, Number.MAX_VALUE, nowMs)).to.equal(undefined);
    bucket.giveBack(100);
    expect(bucket.remaining).to.equal(0);
    bucket.setMultiplier(1, nowMs);
    bucket.giveBack(1e9);
    expect(bucket.remaining).to.equal(bucket.capacity);
  });

  it("learns again after a long silence", () => {
    const { bucket, nowMs } = learnt(0);
    expect(bucket.arrive(1, nowMs)).to.equal(false);
    expect(bucket.arrive(1, nowMs + 40_000)).to.equal(true);
  });
});
