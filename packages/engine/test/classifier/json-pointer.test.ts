import { expect } from "chai";
import fc from "fast-check";
import { jsonPointer, pointedAt } from "../../src/classifier/json-pointer.ts";

const DOCUMENT = { user: { id: 7 }, items: ["a", { b: null }], "a/b": 1, "m~n": 2, "": 3, "0": "zero" };

function at(text: string, document: unknown = DOCUMENT): unknown {
  const pointer = jsonPointer(text, (complaint) => {
    throw new Error(complaint);
  });
  return pointedAt(document, pointer ?? []);
}

describe("jsonPointer", () => {
  it("leads to a value", () => {
    expect(at("")).to.equal(DOCUMENT);
    expect(at("/user/id")).to.equal(7);
    expect(at("/items/0")).to.equal("a");
    expect(at("/items/1/b")).to.equal(null);
    expect(at("/0")).to.equal("zero");
    expect(at("/")).to.equal(3);
  });

  it("knows the two escapes", () => {
    expect(at("/a~1b")).to.equal(1);
    expect(at("/m~0n")).to.equal(2);
    expect(at("/~01", { "~1": "tilde one" })).to.equal("tilde one");
  });

  it("leads nowhere past what is written", () => {
    const nowhere = ["/nope", "/user/id/x", "/items/2", "/items/01", "/items/-", "/items/length", "/items/1/b/c"];
    for (const text of [...nowhere, "/constructor", "/__proto__"]) expect(at(text)).to.equal(undefined);
    expect(at("/length", "text")).to.equal(undefined);
  });

  it("refuses what is no pointer", () => {
    for (const text of ["user", "#/user", "/a~", "/a~2"]) {
      const complaints: string[] = [];
      expect(jsonPointer(text, (complaint) => complaints.push(complaint))).to.equal(undefined);
      expect(complaints).to.have.length(1);
    }
  });

  it("finds any key that is escaped as the standard says", () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (key, value) => {
        const document = Object.fromEntries([[key, value]]);
        expect(at(`/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, document)).to.equal(value);
      }),
    );
  });
});
