import { expect } from "chai";
import fc from "fast-check";
import { type BucketSettings, recoveryMs, takeTokens, timeToFillMs } from "../../src/arithmetic/token-bucket.ts";
import { newBucket } from "./new-bucket.ts";

describe("token bucket, for any asks at any times", () => {
  // From 0 on, nearly all doubles are too small to matter: they are spread over exponents.
  const amountOf = (most: number) => fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: most, noNaN: true }));
  const settingsOf = fc.record({
    capacity: amountOf(1000),
    fillAmount: amountOf(1000),
    fillIntervalMs: fc.double({ min: 0.5, max: 100_000, noNaN: true }),
    continuousFill: fc.boolean(),
    delayInitialFill: fc.boolean(),
    idleMs: fc.constant(0),
  });
  const asksOf = fc.array(
    fc.record({
      afterMs: amountOf(200_000),
      tokens: fc.oneof(fc.constant(1), amountOf(1500)),
      mayWaitMs: fc.constant(0),
    }),
    { maxLength: 60 },
  );

  /** What flows in after one moment and until another. A fill that was put off may have moved the steps. */
  const inflow = (settings: BucketSettings, fromMs: number, toMs: number) => {
    const { fillAmount, fillIntervalMs, continuousFill, delayInitialFill } = settings;
    if (continuousFill) return (fillAmount * (toMs - fromMs)) / fillIntervalMs;
    if (delayInitialFill) return fillAmount * (Math.floor((toMs - fromMs) / fillIntervalMs + 1e-9) + 1);
    const steps = Math.floor(toMs / fillIntervalMs + 1e-9) - Math.floor(Math.max(0, fromMs / fillIntervalMs - 1e-9));
    return fillAmount * steps;
  };
  /** Whoever asks for what is left, or a little more, before the bucket is full finds each token too many. */
  const greedyOf = fc.array(fc.record({ fillings: amountOf(1.2), beyond: fc.constantFrom(0, 0.005, 1) }), {
    maxLength: 60,
  });

  it("never grants more than its capacity and what flows in, over any window", () => {
    fc.assert(
      fc.property(settingsOf, greedyOf, (settings, asks) => {
        const bucket = newBucket(settings);
        const grants: { atMs: number; tokens: number }[] = [];
        let nowMs = 0;
        for (const { fillings, beyond } of asks) {
          nowMs += fillings * (timeToFillMs(settings, settings.capacity) || settings.fillIntervalMs);
          const left = takeTokens(bucket, 0, { settings, tokens: 0, mayWaitMs: 0 }, nowMs).remaining;
          const tokens = left + beyond;
          if (takeTokens(bucket, 0, { settings, tokens, mayWaitMs: 0 }, nowMs).granted)
            grants.push({ atMs: nowMs, tokens });
        }
        for (const [first, { atMs }] of grants.entries()) {
          let sum = 0;
          for (const grant of grants.slice(first)) {
            sum += grant.tokens;
            const bound = settings.capacity + inflow(settings, atMs, grant.atMs);
            expect(sum).to.be.at.most(bound + 1e-6 * (1 + bound));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("takes what it grants, no more and no less, and nothing for a refusal", () => {
    fc.assert(
      fc.property(settingsOf, asksOf, (settings, asks) => {
        const bucket = newBucket(settings);
        let nowMs = 0;
        for (const { afterMs, ...ask } of asks) {
          nowMs += afterMs;
          const before = takeTokens(bucket, 0, { settings, tokens: 0, mayWaitMs: 0 }, nowMs).remaining;
          const { granted, remaining } = takeTokens(bucket, 0, { settings, ...ask }, nowMs);
          expect(remaining).to.be.closeTo(granted ? before - ask.tokens : before, 1e-6);
        }
      }),
    );
  });

  it("stays between 0 and its capacity, and never waits a negative time", () => {
    fc.assert(
      fc.property(settingsOf, asksOf, fc.array(fc.boolean(), { maxLength: 60 }), (settings, asks, giveBack) => {
        const bucket = newBucket(settings);
        let nowMs = 0;
        for (const [index, { afterMs, tokens, mayWaitMs }] of asks.entries()) {
          nowMs += afterMs;
          const signed = giveBack[index] === true ? -tokens : tokens;
          const answer = takeTokens(bucket, 0, { settings, tokens: signed, mayWaitMs }, nowMs);
          expect(answer.remaining).to.be.within(0, settings.capacity);
          expect(answer.remaining).to.equal(bucket[0]);
          expect(answer.waitMs).to.be.within(0, Number.MAX_VALUE);
          if (signed <= 0) expect(answer.granted).to.equal(true);
        }
      }),
    );
  });

  it("is full after its recovery, whatever was asked", () => {
    fc.assert(
      fc.property(settingsOf, asksOf, (settings, asks) => {
        const bucket = newBucket(settings);
        const ask = { settings, mayWaitMs: 5000 };
        let nowMs = 0;
        for (const { afterMs, tokens } of asks) {
          nowMs += afterMs;
          takeTokens(bucket, 0, { ...ask, tokens }, nowMs);
        }
        const recovery = recoveryMs({ ...ask, tokens: 0 });
        fc.pre(Number.isFinite(recovery));
        const { remaining } = takeTokens(bucket, 0, { ...ask, tokens: 0 }, nowMs + recovery);
        expect(remaining).to.be.closeTo(settings.capacity, 1e-6 * (1 + settings.capacity));
      }),
    );
  });
});
