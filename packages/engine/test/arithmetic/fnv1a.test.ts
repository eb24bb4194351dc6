import { expect } from "chai";
import fc from "fast-check";
import { fnv1a32 } from "../../src/arithmetic/fnv1a.ts";

/** The definition, in numbers that nothing overflows. */
function byDefinition(bytes: Iterable<number>): number {
  let hash = 2_166_136_261n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 16_777_619n) % 2n ** 32n;
  return Number(hash);
}

describe("fnv1a32", () => {
  it("hashes as published", () => {
    expect(fnv1a32("")).to.equal(0x811c9dc5);
    expect(fnv1a32("a")).to.equal(0xe40c292c);
    expect(fnv1a32("foobar")).to.equal(0xbf9cf968);
  });

  it("hashes the bytes of UTF-8", () => {
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(texts, (text) => {
        expect(fnv1a32(text)).to.equal(byDefinition(new TextEncoder().encode(text)));
      }),
    );
    expect(fnv1a32("a\ud800"), "half a surrogate pair").to.equal(fnv1a32("a\ufffd"));
  });
});
