import { expect } from "chai";
import { figureText, summaryText } from "../../src/report/figures.ts";

describe("a figure", () => {
  const expected: readonly (readonly [number, string])[] = [
    [0, "0.00"],
    [0.1234, "0.12"],
    [-1.5, "-1.50"],
    [12.34, "12.3"],
    [123.4, "123"],
    [1_234_567.8, "1,234,568"],
  ];
  for (const [value, text] of expected) {
    it(`of ${value} is ${text}`, () => expect(figureText(value)).to.equal(text));
  }

  it("of one sample has no spread", () => expect(summaryText({ median: 2, min: 2, max: 2 })).to.equal("2.00"));
});
