import { expect } from "chai";
import fc from "fast-check";
import { MAX_TIMEOUT_MS, requestedTimeout, usableTimeout } from "../src/flow-params.ts";

const NOW = 1_800_000_000_000;
const DAY = 24 * 3_600_000;
const NO_LIMIT = Number.POSITIVE_INFINITY;

describe("usableTimeout", () => {
  const rows: readonly (readonly [given: unknown, usable: number | "invalid"])[] = [
    [200, 200],
    [0, NO_LIMIT],
    [-0, NO_LIMIT],
    [NO_LIMIT, NO_LIMIT],
    [0.001, 1],
    [30 * DAY, MAX_TIMEOUT_MS],
    [Number.MAX_VALUE, MAX_TIMEOUT_MS],
    [Number.NaN, "invalid"],
    [-1, "invalid"],
    [-NO_LIMIT, "invalid"],
    ["5", "invalid"],
    [5n, "invalid"],
    [null, "invalid"],
    [new Date(5), "invalid"],
  ];
  for (const [given, usable] of rows) {
    it(`${typeof given} ${String(given)} -> ${usable}`, () => expect(usableTimeout(given)).to.equal(usable));
  }

  it("gives timers nothing that they would take for another time", () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        const usable = usableTimeout(given);
        expect(usable === "invalid" || usable === NO_LIMIT || (usable >= 1 && usable <= MAX_TIMEOUT_MS)).to.equal(true);
      }),
    );
  });
});

describe("requestedTimeout", () => {
  const rows: readonly (readonly [
    title: string,
    deadline: Date | number | undefined,
    ms: number | undefined | "invalid",
  ])[] = [
    ["nothing asked for", undefined, undefined],
    ["a date to come", new Date(NOW + 250), 250],
    ["a number to come", NOW + 250, 250],
    ["a date in 30 days", new Date(NOW + 30 * DAY), MAX_TIMEOUT_MS],
    ["the last date there is", new Date(8.64e15), MAX_TIMEOUT_MS],
    ["the largest number", Number.MAX_VALUE, MAX_TIMEOUT_MS],
    ["Infinity, as gRPC has it", NO_LIMIT, NO_LIMIT],
    ["now", NOW, 1],
    ["a moment ago", NOW - 30_000, 1],
    ["a day ago", NOW - DAY, "invalid"],
    ["a relative number given by mistake", 500, "invalid"],
    ["no date at all", new Date(Number.NaN), "invalid"],
    ["NaN", Number.NaN, "invalid"],
    ["-Infinity", -NO_LIMIT, "invalid"],
  ];
  for (const [title, deadline, ms] of rows) {
    it(`${title} -> ${ms}`, () => {
      expect(requestedTimeout({ grpcCallOptions: { deadline } }, () => NOW)).to.equal(ms);
    });
  }

  it("prefers the deadline to timeoutMs, as programs for the reference mean it", () => {
    const params = { timeoutMs: 50, grpcCallOptions: { deadline: NOW + 250 } };
    expect(requestedTimeout(params, () => NOW)).to.equal(250);
  });

  it("reads no clock where there is no deadline", () => {
    const clock = () => {
      throw new Error("the clock was read");
    };
    expect(requestedTimeout({ timeoutMs: 50, grpcCallOptions: {} }, clock)).to.equal(50);
  });
});
