import { expect } from "chai";
import { readArguments } from "../src/arguments.ts";

const KNOWN = ["adapters", "decisions"];

describe("arguments", () => {
  it("name no part for all of them", () =>
    expect(readArguments([], KNOWN)).to.deep.equal({ parts: [], quick: false, help: false }));

  it("name parts and options in any order", () =>
    expect(readArguments(["--quick", "decisions"], KNOWN)).to.deep.include({ parts: ["decisions"], quick: true }));

  it("that name an unknown part say which there are", () =>
    expect(() => readArguments(["decision"], KNOWN)).to.throw('"decision"; there are: adapters, decisions'));

  it("that are no option are refused", () => expect(() => readArguments(["--fast"], KNOWN)).to.throw(/--fast/));
});
