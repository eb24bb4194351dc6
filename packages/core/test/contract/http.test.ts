import { expect } from "chai";
import { httpFlavor } from "../../src/contract/http.ts";

describe("httpFlavor", () => {
  const rows: readonly (readonly [protocol: string, flavor: string])[] = [
    ["HTTP/1.0", "1.0"],
    ["HTTP/1.1", "1.1"],
    ["HTTP/2", "2.0"],
    ["HTTP/3", "3.0"],
    ["SPDY/3", "SPDY/3"],
    ["constructor", "constructor"],
    ["", ""],
  ];
  for (const [protocol, flavor] of rows) {
    it(`of "${protocol}" is "${flavor}"`, () => expect(httpFlavor(protocol)).to.equal(flavor));
  }
});
