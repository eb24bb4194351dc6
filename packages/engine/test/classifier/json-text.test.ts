import { expect } from "chai";
import { jsonOf, jwtPayload } from "../../src/classifier/json-text.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("jsonOf", () => {
  it("reads JSON, and nothing else", () => {
    expect(jsonOf('{"a":[1]}')).to.deep.equal({ a: [1] });
    for (const text of [undefined, "", "{", "NaN"]) expect(jsonOf(text)).to.equal(undefined);
  });
});

describe("jwtPayload", () => {
  it("reads what a token says, whoever signed it", () => {
    expect(jwtPayload(`${part({ alg: "HS256" })}.${part({ sub: "zoë" })}.c2ln`)).to.deep.equal({ sub: "zoë" });
    expect(jwtPayload(`${part({ alg: "none" })}.${part({ sub: "a" })}.`)).to.deep.equal({ sub: "a" });
  });

  it("reads nothing of what is no token", () => {
    for (const text of [undefined, "", "abc", "a.b", "a.!!.c", `a.${part({})}.c.d`]) {
      expect(jwtPayload(text)).to.equal(undefined);
    }
  });
});
