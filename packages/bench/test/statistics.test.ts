import { expect } from "chai";
import fc from "fast-check";
import { differences, median, medians, ratios, summary } from "../src/statistics.ts";

const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe("median", () => {
  it("is the middle of an odd number of samples", () => expect(median([9, 1, 5])).to.equal(5));
  it("is between the two in the middle of an even number", () => expect(median([1, 9, 5, 3])).to.equal(4));
  it("is the only sample", () => expect(median([7])).to.equal(7));
  it("does not exist without samples", () => expect(() => median([])).to.throw(RangeError));

  it("sorts by number, not by text", () => expect(median([10, 9, 100])).to.equal(10));

  it("leaves the samples as they were", () => {
    const given = [3, 1, 2];
    median(given);
    expect(given).to.deep.equal([3, 1, 2]);
  });

  it("has as many samples below it as above", () =>
    fc.assert(
      fc.property(samples, (given) => {
        const middle = median(given);
        const below = given.filter((sample) => sample < middle).length;
        const above = given.filter((sample) => sample > middle).length;
        expect(Math.max(below, above)).to.be.at.most(given.length / 2);
      }),
    ));
});

describe("medians", () => {
  it("are of as many samples each", () => expect(medians([1, 9, 2, 30, 10, 20], 3)).to.deep.equal([2, 20]));
  it("leave out a rest that is too small", () => expect(medians([1, 9, 2, 30], 3)).to.deep.equal([2]));
  it("take what there is where there is too little for one", () => expect(medians([4, 6], 3)).to.deep.equal([5]));
});

describe("summary", () => {
  it("names the least, the middle and the most", () =>
    expect(summary([5, 1, 9])).to.deep.equal({ median: 5, min: 1, max: 9 }));
});

describe("pairs", () => {
  it("of one round become one ratio", () => expect(ratios([2, 9], [1, 3])).to.deep.equal([2, 3]));
  it("of one round become one difference", () => expect(differences([2, 9], [1, 3])).to.deep.equal([1, 6]));

  it("keep their ratio whatever slows both of a round down", () =>
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 1 }), (slow) => {
        const found = ratios(
          slow.map((factor) => 3 * factor),
          slow.map((factor) => 2 * factor),
        );
        for (const ratio of found) expect(ratio).to.be.closeTo(1.5, 1e-9);
      }),
    ));

  it("need as many samples on both sides", () => expect(() => ratios([1], [1, 2])).to.throw(RangeError));
});
