import { expect } from "chai";
import { textsIn } from "../../src/policy/texts.ts";

describe("textsIn", () => {
  it("finds every name and every text, however deep", () => {
    const data = { a: "b", c: [{ d: 1, e: ["f", undefined, null] }], g: { "h.i": true } };
    expect([...textsIn(data)].sort()).to.deep.equal(["0", "1", "2", "a", "b", "c", "d", "e", "f", "g", "h.i"]);
  });
});
