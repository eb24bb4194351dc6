import { expect } from "chai";
import fc from "fast-check";
import { nearestName, unknownOptions } from "../src/option-names.ts";

const KNOWN = ["timeoutMs", "endTimeoutMs", "labels", "logger"];

describe("nearestName", () => {
  const rows: readonly (readonly [name: string, nearest: string | undefined])[] = [
    ["timeoutMs", "timeoutMs"],
    ["TIMEOUTMS", "timeoutMs"],
    ["timeout_ms", "timeoutMs"],
    ["timeoutM", "timeoutMs"],
    ["tiemoutMs", "timeoutMs"],
    ["lables", "labels"],
    ["label", "labels"],
    ["loger", "logger"],
    ["timeout", "timeoutMs"],
    ["time", undefined],
    ["timexyzMs", undefined],
    ["colour", undefined],
    ["", undefined],
  ];
  for (const [name, nearest] of rows) {
    it(`"${name}" -> ${nearest}`, () => expect(nearestName(name, KNOWN)).to.equal(nearest));
  }

  it("knows no name where none is known", () => expect(nearestName("labels", [])).to.equal(undefined));

  it("finds a name with one character wrong, missing or too many", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KNOWN),
        fc.nat(20),
        fc.nat(1),
        fc.string({ maxLength: 1 }),
        (name, at, cut, added) => {
          const misspelt = name.slice(0, at) + added + name.slice(at + cut);
          expect(nearestName(misspelt, KNOWN)).to.equal(name);
        },
      ),
    );
  });
});

describe("unknownOptions", () => {
  it("says nothing of known options", () => {
    expect(unknownOptions({ labels: {}, logger: undefined }, KNOWN)).to.deep.equal([]);
  });

  it("has a sentence for each other one", () => {
    expect(unknownOptions({ lables: {}, colour: 1 }, KNOWN)).to.deep.equal([
      'unknown option "lables"; did you mean "labels"?',
      'unknown option "colour"',
    ]);
  });
});
