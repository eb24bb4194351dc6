import { expect } from "chai";
import { fnv1a32 } from "../../src/arithmetic/fnv.ts";

describe("fnv1a32", () => {
  it("hashes as published", () => {
    expect(fnv1a32("")).to.equal(0x811c9dc5);
    expect(fnv1a32("a")).to.equal(0xe40c292c);
    expect(fnv1a32("foobar")).to.equal(0xbf9cf968);
  });

  it("puts similar sessions close together, as Aperture does", () => {
    const percentages = ["user-0", "user-1", "user-2", "user-3"].map((name) => (fnv1a32(name) / 0xffffffff) * 100);
    expect(percentages.map((percentage) => percentage.toFixed(1))).to.deep.equal(["96.2", "95.8", "97.0", "96.6"]);
    expect(((fnv1a32("user-42") / 0xffffffff) * 100).toFixed(2)).to.equal("0.93");
  });

  it("hashes the bytes of UTF-8", () => {
    const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));
    for (const text of ["é", "ключ", "🗝"]) {
      const ofBytes = [...bytes(text)].reduce((hash, byte) => Math.imul(hash ^ byte.charCodeAt(0), 16777619), 2166136261);
      expect(fnv1a32(text)).to.equal(ofBytes >>> 0);
    }
    expect(fnv1a32("\ud800"), "half a surrogate pair").to.equal(fnv1a32("\ufffd"));
  });
});
