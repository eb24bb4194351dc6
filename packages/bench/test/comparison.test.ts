import { expect } from "chai";
import { type Comparison, type Target, verdictOf } from "../src/comparison.ts";

const comparison: Comparison = {
  group: "a decision",
  title: "1 key",
  unit: "ns",
  results: [
    { name: "ours", samples: [10, 20, 30] },
    { name: "slow peer", samples: [40, 40, 40] },
    { name: "fast peer", samples: [20, 20, 20] },
  ],
  targets: [],
};

function target(change: Partial<Target>): Target {
  return { kind: "must", candidate: "ours", bound: "at most", limit: 1, ...change };
}

describe("verdictOf", () => {
  it("compares the median ratio of rounds with the limit", () => {
    const verdict = verdictOf(comparison, target({ times: ["slow peer"], limit: 0.5 }));
    expect(verdict.measured).to.deep.equal({ median: 0.5, min: 0.25, max: 0.75 });
    expect(verdict.met).to.equal(true);
    expect(verdictOf(comparison, target({ times: ["slow peer"], limit: 0.49 })).met).to.equal(false);
  });

  it("takes the best of several peers", () => {
    const verdict = verdictOf(comparison, target({ times: ["slow peer", "fast peer"] }));
    expect(verdict).to.include({ times: "fast peer", met: true });
    expect(verdict.measured.median).to.equal(1);
  });

  it("compares the cost itself where the limit is no multiple", () => {
    expect(verdictOf(comparison, target({ limit: 20 })).met).to.equal(true);
    expect(verdictOf(comparison, target({ limit: 19 })).met).to.equal(false);
  });

  it("turns round for a figure that should be high", () => {
    expect(verdictOf(comparison, target({ bound: "at least", limit: 20 })).met).to.equal(true);
    expect(verdictOf(comparison, target({ bound: "at least", limit: 21 })).met).to.equal(false);
  });

  it("refuses to judge what nobody measured", () =>
    expect(() => verdictOf(comparison, target({ candidate: "nobody" }))).to.throw(/nobody/));
});
