import { expect } from "chai";
import { plainData } from "../../src/policy/plain-data.ts";
import { pathText } from "../../src/policy/policy-document.ts";

function copied(value: unknown) {
  const complaints: string[] = [];
  const copy = plainData(value, (path, text) => complaints.push(`${pathText(path)}: ${text}`));
  return { copy, complaints };
}

describe("plainData", () => {
  it("copies mappings, lists, texts, numbers and booleans", () => {
    const value = { list: [1, "two", true], inner: { deep: { er: 0 } } };
    const { copy, complaints } = copied(value);
    expect(complaints).to.deep.equal([]);
    expect(copy).to.deep.equal(value);
    expect(copy).not.to.equal(value);
  });

  it("leaves keys without a value out", () => {
    expect(copied({ a: null, b: undefined, c: { d: null } }).copy).to.deep.equal({ c: {} });
  });

  it("keeps names that objects have by themselves", () => {
    const { copy } = copied(JSON.parse('{"constructor": "a", "toString": "b", "hasOwnProperty": "c"}'));
    expect(copy).to.deep.equal(JSON.parse('{"constructor": "a", "toString": "b", "hasOwnProperty": "c"}'));
  });

  it("refuses a key that would become a prototype, and changes no prototype", () => {
    const { copy, complaints } = copied(JSON.parse('{"match_labels": {"__proto__": {"polluted": "yes"}}}'));
    expect(complaints).to.deep.equal(["match_labels.__proto__: this name cannot be used"]);
    expect(copy).to.deep.equal({ match_labels: {} });
    expect(Object.getPrototypeOf(Reflect.get(copy as object, "match_labels"))).to.equal(Object.prototype);
    expect(Reflect.get({}, "polluted")).to.equal(undefined);
  });

  it("takes objects without a prototype", () => {
    expect(copied(Object.assign(Object.create(null), { a: 1 })).copy).to.deep.equal({ a: 1 });
  });

  const refused: readonly (readonly [string, unknown, string])[] = [
    ["a function", { a: () => 1 }, "a: expected plain data, got a function"],
    ["a big integer", { a: [1n] }, "a[0]: expected plain data, got a bigint"],
    ["a date", { "a.b": new Date(0) }, '["a.b"]: expected plain data, got a Date'],
    ["a map", new Map(), ": expected plain data, got a Map"],
    ["a placeholder", { a: "x __REQUIRED_FIELD__" }, "a: __REQUIRED_FIELD__ is a placeholder: write the value here"],
  ];
  for (const [what, value, complaint] of refused) {
    it(`refuses ${what}`, () => {
      expect(copied(value).complaints).to.deep.equal([complaint]);
    });
  }

  it("refuses what refers to itself", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(copied(cycle).complaints).to.have.length(1);
    expect(copied(cycle).complaints[0]).to.match(/nested deeper than 64 levels$/);
  });

  it("stops at a million values, whatever they are made of", () => {
    const row = Array.from({ length: 1000 }, () => 1);
    const { complaints } = copied(Array.from({ length: 100_000 }, () => row));
    expect(complaints).to.deep.equal(["[998][999]: more values than a policy may have, counting each use of an alias"]);
  });
});
