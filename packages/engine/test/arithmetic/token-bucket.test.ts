import { expect } from "chai";
import fc from "fast-check";
import { type BucketSettings, takeTokens, timeToFillMs } from "../../src/arithmetic/token-bucket.ts";
import { newBucket } from "./new-bucket.ts";

const BASE: BucketSettings = {
  capacity: 10,
  fillAmount: 5,
  fillIntervalMs: 1000,
  continuousFill: true,
  delayInitialFill: false,
  idleMs: 0,
};

/** `at ms: tokens within how long it may wait -> granted or refused, what is left, how long to wait` */
const ROW =
  /^(?<nowMs>\S+): (?<tokens>\S+)(?: within (?<mayWaitMs>\S+))? -> (?<verdict>granted|refused), (?<left>\S+) left, wait (?<waitMs>\S+)$/;

function expectRows(settings: BucketSettings, rows: readonly string[]): void {
  const bucket = newBucket(settings);
  for (const row of rows) {
    const { nowMs, tokens, mayWaitMs = "0", verdict, left, waitMs } = ROW.exec(row)?.groups ?? {};
    const answer = takeTokens(
      bucket,
      0,
      { settings, tokens: Number(tokens), mayWaitMs: Number(mayWaitMs) },
      Number(nowMs),
    );
    expect(answer.granted ? "granted" : "refused", row).to.equal(verdict);
    expect(answer.remaining, row).to.be.closeTo(Number(left), 1e-9);
    expect(answer.waitMs, row).to.be.closeTo(Number(waitMs), 1e-9);
  }
}

describe("token bucket", () => {
  it("fills continuously, and says when an ask would fit", () => {
    expectRows(BASE, [
      "0: 10 -> granted, 0 left, wait 0",
      "0: 1 -> refused, 0 left, wait 200",
      "100: 1 -> refused, 0.5 left, wait 100",
      "200: 1 -> granted, 0 left, wait 0",
      "300: 2 -> refused, 0.5 left, wait 300",
      "10000: 10 -> granted, 0 left, wait 0",
    ]);
  });

  it("fills in steps", () => {
    expectRows({ ...BASE, continuousFill: false }, [
      "0: 10 -> granted, 0 left, wait 0",
      "999: 1 -> refused, 0 left, wait 1",
      "999: 6 -> refused, 0 left, wait 1001",
      "1000: 2 -> granted, 3 left, wait 0",
      "2500: 8 -> granted, 0 left, wait 0",
      "2500: 1 -> refused, 0 left, wait 500",
    ]);
  });

  it("puts the first fill off by the time that filling it whole takes", () => {
    expectRows({ ...BASE, delayInitialFill: true }, [
      "0: 1 -> granted, 9 left, wait 0",
      "500: 9 -> granted, 0 left, wait 0",
      "1000: 1 -> refused, 0 left, wait 1200",
      "2000: 1 -> refused, 0 left, wait 200",
      "2100: 0.5 -> granted, 0 left, wait 0",
    ]);
  });

  it("lets the first step that was put off arrive at the end of the delay, and says so", () => {
    expectRows({ ...BASE, continuousFill: false, delayInitialFill: true }, [
      "0: 10 -> granted, 0 left, wait 0",
      "500: 1 -> refused, 0 left, wait 1500",
      "500: 6 -> refused, 0 left, wait 2500",
      "1999: 1 -> refused, 0 left, wait 1",
      "2000: 5 -> granted, 0 left, wait 0",
      "3000: 5 -> granted, 0 left, wait 0",
    ]);
  });

  it("puts the fill off again each time it is full", () => {
    expectRows({ ...BASE, delayInitialFill: true }, [
      "0: 1 -> granted, 9 left, wait 0",
      "5000: 10 -> granted, 0 left, wait 0",
      "6000: 1 -> refused, 0 left, wait 1200",
    ]);
  });

  it("goes into debt for those who may wait", () => {
    expectRows({ ...BASE, capacity: 2, fillAmount: 1 }, [
      "0: 2 within Infinity -> granted, 0 left, wait 0",
      "0: 1 within Infinity -> granted, -1 left, wait 1000",
      "0: 1 within Infinity -> granted, -2 left, wait 2000",
      "0: 1 within 2500 -> refused, -2 left, wait 3000",
      "0: 1 -> refused, -2 left, wait 3000",
      "2000: 1 -> refused, 0 left, wait 1000",
      "3000: 1 -> granted, 0 left, wait 0",
    ]);
  });

  it("promises no time where nothing ever flows in", () => {
    expectRows({ ...BASE, capacity: 3, fillAmount: 0 }, [
      "0: 3 -> granted, 0 left, wait 0",
      "1000000000: 1 -> refused, 0 left, wait 0",
      "1000000000: 1 within Infinity -> refused, 0 left, wait 0",
    ]);
  });

  it("promises no time to an ask larger than its capacity, unless it may go into debt", () => {
    expectRows(BASE, [
      "0: 11 -> refused, 10 left, wait 0",
      "0: 11 within 100 -> refused, 10 left, wait 200",
      "0: 11 within 200 -> granted, -1 left, wait 200",
    ]);
  });

  it("grants nothing with a capacity of 0", () => {
    expectRows({ ...BASE, capacity: 0, fillAmount: 0 }, ["5000: 1 -> refused, 0 left, wait 0"]);
  });

  it("grants an ask that comes back after exactly the wait it was told", () => {
    const settings = { ...BASE, fillAmount: 3, fillIntervalMs: 700 };
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        fc.double({ min: 1e-3, max: 10, noNaN: true }),
        (startMs, tokens) => {
          const bucket = newBucket(settings, startMs);
          takeTokens(bucket, 0, { settings, tokens: 10, mayWaitMs: 0 }, startMs);
          const refused = takeTokens(bucket, 0, { settings, tokens, mayWaitMs: 0 }, startMs);
          const retried = takeTokens(bucket, 0, { settings, tokens, mayWaitMs: 0 }, startMs + refused.waitMs);
          expect(refused.granted).to.equal(false);
          // The clock itself cannot tell times apart that are closer than this.
          if (refused.waitMs > 1) expect(retried.granted || retried.waitMs < 1e-6, `${retried.waitMs}`).to.equal(true);
        },
      ),
    );
  });

  describe("when its settings change", () => {
    it("loses at once what a lowered capacity does not hold, and gains a raised one by filling only", () => {
      const bucket = newBucket(BASE);
      const take = (capacity: number, nowMs: number) =>
        takeTokens(bucket, 0, { settings: { ...BASE, capacity }, tokens: 1, mayWaitMs: 0 }, nowMs).remaining;
      expect(take(10, 0)).to.equal(9);
      expect(take(4, 0)).to.equal(3);
      expect(take(10, 0)).to.equal(2);
      expect(take(10, 200)).to.equal(2);
    });

    it("applies a lowered capacity also while a fill is put off", () => {
      const bucket = newBucket(BASE);
      const settings = { ...BASE, delayInitialFill: true };
      takeTokens(bucket, 0, { settings, tokens: 1, mayWaitMs: 0 }, 0);
      const answer = takeTokens(bucket, 0, { settings: { ...settings, capacity: 4 }, tokens: 9, mayWaitMs: 0 }, 100);
      expect(answer).to.deep.equal({ granted: false, remaining: 4, waitMs: 0 });
    });
  });

  it("admits the long-run rate of a steady client", () => {
    const admitted = (settings: BucketSettings) => {
      const bucket = newBucket(settings);
      let granted = 0;
      for (let nowMs = 0; nowMs < 9900; nowMs += 2) {
        if (takeTokens(bucket, 0, { settings, tokens: 1, mayWaitMs: 0 }, nowMs).granted) granted += 1;
      }
      return granted;
    };
    const settings = { ...BASE, capacity: 30, fillAmount: 10 };
    expect(admitted(settings)).to.be.closeTo(30 + 99, 1);
    expect(admitted({ ...settings, continuousFill: false })).to.equal(30 + 90);
    expect(admitted({ ...settings, delayInitialFill: true })).to.be.closeTo(30 + 99 - 30, 1);
    expect(admitted({ ...settings, continuousFill: false, delayInitialFill: true })).to.equal(30 + 90 - 20);
  });

  it("is not changed for ever by a number that is none", () => {
    for (const tokens of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const bucket = newBucket(BASE);
      expect(
        takeTokens(bucket, 0, { settings: BASE, tokens, mayWaitMs: Number.POSITIVE_INFINITY }, 0).granted,
      ).to.equal(false);
      expect(takeTokens(bucket, 0, { settings: BASE, tokens: 4, mayWaitMs: Number.NaN }, 0).remaining).to.equal(6);
    }
  });

  it("drifts by less than a thousandth of a token in a million asks", () => {
    const bucket = newBucket({ ...BASE, capacity: 1000 });
    const settings = { ...BASE, capacity: 1000, fillAmount: 1, fillIntervalMs: 10 };
    for (let step = 1; step <= 1_000_000; step++) takeTokens(bucket, 0, { settings, tokens: 0.1, mayWaitMs: 0 }, step);
    const { remaining } = takeTokens(bucket, 0, { settings, tokens: 0, mayWaitMs: 0 }, 1_000_000);
    expect(remaining).to.be.closeTo(1000 - 0.1 + 0.1, 0.2);
    takeTokens(bucket, 0, { settings, tokens: 500, mayWaitMs: 0 }, 1_000_000);
    let level = bucket[0];
    for (let step = 1; step <= 1_000_000; step++) {
      level = takeTokens(bucket, 0, { settings, tokens: 0.1, mayWaitMs: 0 }, 1_000_000 + step).remaining;
    }
    expect(level).to.be.closeTo(remaining - 500, 1e-3);
  });

  it("says how long tokens take to flow in", () => {
    expect(timeToFillMs(BASE, 3)).to.equal(600);
    expect(timeToFillMs({ ...BASE, continuousFill: false }, 6)).to.equal(2000);
    expect(timeToFillMs({ ...BASE, fillAmount: 0 }, 6)).to.equal(0);
  });
});
