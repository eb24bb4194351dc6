import { expect } from "chai";
import { MAX_TIMER_MS, nowMs, startTimer } from "../src/time.ts";

/** Resolves with the name of whichever of the timers started by `start` fires first. */
function firstOf(start: (fire: (name: string) => () => void) => void): Promise<string> {
  return new Promise((resolve) => {
    // Ours are unreferenced; without this one the process could end first.
    const guard = setTimeout(() => resolve("none"), 5000);
    start((name) => () => {
      clearTimeout(guard);
      resolve(name);
    });
  });
}

describe("nowMs", () => {
  it("is the time since the epoch and does not run backwards", () => {
    const first = nowMs();
    expect(first).to.be.greaterThan(Date.UTC(2024, 0));
    expect(nowMs()).to.be.at.least(first);
  });
});

describe("startTimer", () => {
  it("does not fire once it was cancelled", async () => {
    const first = await firstOf((fire) => {
      const timer = startTimer(1, fire("cancelled"));
      startTimer(20, fire("kept"));
      timer.cancel();
    });
    expect(first).to.equal("kept");
  });

  for (const delayMs of [MAX_TIMER_MS, MAX_TIMER_MS + 1, 2 ** 53, Number.POSITIVE_INFINITY]) {
    it(`does not take ${delayMs} ms for at once`, async () => {
      const first = await firstOf((fire) => {
        const timer = startTimer(delayMs, fire("far"));
        startTimer(20, () => {
          timer.cancel();
          fire("near")();
        });
      });
      expect(first).to.equal("near");
    });
  }

  it("fires soon for a delay that is over", async () => {
    expect(await firstOf((fire) => startTimer(-5, fire("past")))).to.equal("past");
  });
});
