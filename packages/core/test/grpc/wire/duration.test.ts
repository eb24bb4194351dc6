import { expect } from "chai";
import fc from "fast-check";
import { durationFromMs, msFromDuration } from "../../../src/grpc/wire/duration.ts";

describe("durations on the wire", () => {
  for (const [ms, seconds, nanos] of [
    [0, 0, 0],
    [-5, 0, 0],
    [Number.NaN, 0, 0],
    [5, 0, 5_000_000],
    [2005, 2, 5_000_000],
    [999.999_999_9, 1, 0],
    [1500.25, 1, 500_250_000],
    [Number.POSITIVE_INFINITY, 315_576_000_000, 0],
  ] as const) {
    it(`of ${ms} ms`, () => expect(durationFromMs(ms)).to.deep.equal({ seconds, nanos }));
  }

  it("come back as the same milliseconds", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (ms) => {
        expect(msFromDuration(durationFromMs(ms))).to.be.closeTo(ms, 1e-3);
      }),
    );
  });

  it("are 0 when absent, negative or without fields, and take 64-bit seconds as text", () => {
    expect(msFromDuration(undefined)).to.equal(0);
    expect(msFromDuration({})).to.equal(0);
    expect(msFromDuration({ seconds: "-3", nanos: -5 })).to.equal(0);
    expect(msFromDuration({ seconds: "3", nanos: 250_000_000 })).to.equal(3250);
  });
});
