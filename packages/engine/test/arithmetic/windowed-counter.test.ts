import { expect } from "chai";
import fc from "fast-check";
import { WindowedCounter } from "../../src/arithmetic/windowed-counter.ts";

/** A counter that 1 arrived at every 100 ms, from the start to `untilMs`. */
function steady(untilMs: number): WindowedCounter {
  const counter = new WindowedCounter(30, 1000, 0);
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 100) counter.add(1, nowMs);
  return counter;
}

describe("WindowedCounter", () => {
  it("has learnt a steady rate with the first arrival after 31 slices", () => {
    expect(steady(31_000).isLearning).to.equal(true);
    const counter = steady(31_100);
    expect(counter.isLearning).to.equal(false);
    expect(counter.ratePerSecond).to.be.closeTo(10, 0.1);
  });

  it("forgets what is older than its slices", () => {
    const counter = steady(31_100);
    for (let nowMs = 31_200; nowMs <= 63_000; nowMs += 100) counter.add(3, nowMs);
    expect(counter.ratePerSecond).to.be.closeTo(30, 0.1);
  });

  it("counts silence as nothing, and learns again after a long one", () => {
    const counter = steady(40_000);
    counter.add(0, 55_000);
    expect(counter.isLearning).to.equal(false);
    expect(counter.ratePerSecond).to.be.closeTo(5, 0.6);
    counter.add(0, 95_000);
    expect(counter.isLearning).to.equal(true);
    expect(counter.ratePerSecond).to.equal(0);
  });

  it("has the sum of its full slices, whenever things arrive", () => {
    const arrivals = fc.array(fc.record({ afterMs: fc.nat(3000), amount: fc.nat(9) }), { maxLength: 200 });
    fc.assert(
      fc.property(arrivals, (given) => {
        const counter = new WindowedCounter(5, 1000, 0);
        const slices = new Map<number, number>();
        // Never on the very edge of a slice.
        let nowMs = 0.5;
        for (const { afterMs, amount } of given) {
          nowMs += afterMs;
          const slice = Math.max(0, Math.ceil(nowMs / 1000) - 1);
          slices.set(slice, (slices.get(slice) ?? 0) + amount);
          counter.add(amount, nowMs);
          let sum = 0;
          for (let full = slice - 5; full < slice; full += 1) sum += slices.get(full) ?? 0;
          expect(counter.ratePerSecond).to.equal(sum / 5);
        }
      }),
    );
  });
});
