import { expect } from "chai";
import { structuredList } from "./structured-list.ts";

describe("structuredList, the check of the tests themselves", () => {
  it("reads strings with parameters", () => {
    expect(structuredList('"login";q=10;w=60, "a\\"\\\\b"')).to.deep.equal([
      { value: "login", parameters: { q: 10, w: 60 } },
      { value: 'a"\\b', parameters: {} },
    ]);
  });

  const malformed = [
    "",
    "login;q=1",
    '"login',
    '"a\\b"',
    '"ü"',
    '"a";q=NaN',
    '"a";q=1e21',
    '"a";q=1234567890123456',
    '"a";Q=1',
    '"a",',
    '"a" "b"',
    '"a"\n',
  ];
  for (const text of malformed) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(() => structuredList(text)).to.throw("expected"));
  }
});
