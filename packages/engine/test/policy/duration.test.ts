import { expect } from "chai";
import { DURATION, durationMs } from "../../src/policy/duration.ts";

describe("durationMs", () => {
  const table: readonly (readonly [string, number])[] = [
    ["30s", 30_000],
    ["0s", 0],
    ["0.01s", 10],
    ["0.29s", 290],
    ["1800s", 1_800_000],
    ["500ms", 500],
    ["1m", 60_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["1ns", 1e-6],
  ];
  for (const [text, ms] of table) {
    it(`reads ${text} as ${ms} ms`, () => {
      expect(DURATION.test(text)).to.equal(true);
      expect(durationMs(text)).to.equal(ms);
    });
  }

  for (const text of ["", "30", "s", "-1s", "1d", "1 s", "1s ", ".5s", "1e3s", "1S", "1m 30s"]) {
    it(`does not take ${JSON.stringify(text)} for a duration`, () => {
      expect(DURATION.test(text)).to.equal(false);
    });
  }
});
