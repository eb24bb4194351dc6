import { expect } from "chai";
import { jsonAt, jsonOf, jwtPayload } from "../../src/classifier/json-text.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("jsonOf", () => {
  it("reads JSON, and nothing else", () => {
    expect(jsonOf('{"a":[1]}')).to.deep.equal({ a: [1] });
    for (const text of [undefined, "", "{", "NaN"]) expect(jsonOf(text)).to.equal(undefined);
  });
});

describe("jsonAt", () => {
  const json = String.raw`{"a\"9007199254740993":{"id":-9007199254740993},"t":"9007199254740993","e":1e300,"f":0.12345678901234567}`;

  it("keeps every digit of an integer that no number holds", () => {
    expect(jsonAt(json, [`a"9007199254740993`, "id"])).to.equal("-9007199254740993");
    expect(jsonAt("12345678901234567891", [])).to.equal("12345678901234567891");
  });

  it("leaves other values as they are", () => {
    expect(jsonAt(json, ["t"])).to.equal("9007199254740993");
    expect(jsonAt(json, ["e"])).to.equal(1e300);
    expect(jsonAt(json, ["f"])).to.equal(Number("0.12345678901234567"));
    expect(jsonAt("9007199254740991", [])).to.equal(9007199254740991);
    for (const text of [undefined, "{"]) expect(jsonAt(text, ["id"])).to.equal(undefined);
  });

  it("reads a document of millions of characters, or of escapes", () => {
    for (const unit of ["x", String.raw`\n`]) {
      expect(jsonAt(`{"s":"${unit.repeat(5_000_000)}","id":9007199254740993}`, ["id"])).to.equal("9007199254740993");
    }
  });
});

describe("jwtPayload", () => {
  it("reads what a token says, whoever signed it", () => {
    expect(jwtPayload(`${part({ alg: "HS256" })}.${part({ sub: "zoë" })}.c2ln`)).to.equal('{"sub":"zoë"}');
    expect(jwtPayload(`${part({ alg: "none" })}.${part({ sub: "a" })}.`)).to.equal('{"sub":"a"}');
  });

  it("reads nothing of what is no token", () => {
    expect(jsonAt(jwtPayload("a.!!.c"), [])).to.equal(undefined);
    for (const text of [undefined, "", "abc", "a.b", `a.${part({})}.c.d`]) {
      expect(jwtPayload(text)).to.equal(undefined);
    }
  });
});
