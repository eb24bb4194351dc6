import { expect } from "chai";
import fc from "fast-check";
import { WIRE } from "../../../src/grpc/wire/load-proto.ts";
import { ProtoWriter } from "../../../src/grpc/wire/proto-writer.ts";

/** Writes one integer attribute of one span, and has it read by proto-loader. */
function integerThrough(value: bigint): string | number | undefined {
  const writer = new ProtoWriter();
  writer.int64(3, Number(value >> 32n), Number(value & 0xffff_ffffn));
  writer.head(2, 0);
  for (const field of [9, 2, 2, 1]) writer.head(field, 0);
  const request = WIRE.exportTraces.requestDeserialize(writer.finish());
  return request.resource_spans?.[0]?.scope_spans?.[0]?.spans?.[0]?.attributes?.[0]?.value?.int_value;
}

describe("ProtoWriter", () => {
  it("writes whole numbers of 63 bits exactly", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (value) => integerThrough(value) === String(value)),
    );
  });

  for (const value of [0n, 127n, 128n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 1_795_378_961_668_123_046n]) {
    it(`writes ${value} exactly`, () => expect(integerThrough(value)).to.equal(String(value)));
  }

  it("grows with what is written, and is empty afterwards", () => {
    const writer = new ProtoWriter();
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 100; index += 1) writer.text(3, `${index}-${"é".repeat(50)}`);
      const keys = WIRE.cacheLookup.requestDeserialize(writer.finish()).global_cache_keys;
      expect(keys).to.have.length(100);
      expect(keys?.[0]).to.equal(`99-${"é".repeat(50)}`);
    }
    expect(writer.length).to.equal(0);
  });
});
