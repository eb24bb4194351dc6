import { expect } from "chai";
import fc from "fast-check";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";

/** What the next flow finds of a value that this one keeps. */
async function roundTrip(value: Uint8Array | string): Promise<readonly (Buffer | undefined)[]> {
  const client = new ApertureClient({ control: new ScriptedControl() });
  const params = { resultCacheKey: "cart", globalCacheKeys: ["prices"] };
  const first = await client.startFlow("checkout", params);
  await first.setResultCache({ value, ttl: 1000 });
  await first.setGlobalCache("prices", { value, ttl: 1000 });
  const second = await client.startFlow("checkout", params);
  return [second.resultCache().getValue(), second.globalCache("prices").getValue()];
}

describe("regression: cached bytes above 0x7f were damaged", () => {
  it("keeps any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        for (const value of await roundTrip(bytes)) expect(value).to.deep.equal(Buffer.from(bytes));
      }),
    );
  });

  it("keeps any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
        for (const value of await roundTrip(text)) expect(value?.toString()).to.equal(text);
      }),
    );
  });
});

describe("regression: an empty cached value was a hit in one cache and nothing in the other", () => {
  for (const empty of ["", new Uint8Array()]) {
    it(`is a hit of no bytes in both, stored as ${typeof empty}`, async () => {
      for (const value of await roundTrip(empty)) expect(value).to.deep.equal(Buffer.alloc(0));
    });
  }

  it("is a hit of no bytes, too, where the answer carries none", async () => {
    const cache = { result: { hit: true }, global: new Map([["prices", { hit: true }]]) };
    const control = new ScriptedControl({ accepted: true, decisions: [], leases: [], cache });
    const flow = await new ApertureClient({ control }).startFlow("checkout");
    for (const lookup of [flow.resultCache(), flow.globalCache("prices")]) {
      expect([lookup.getLookupStatus(), lookup.getValue()]).to.deep.equal(["HIT", Buffer.alloc(0)]);
    }
  });
});
