import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";

describe("regression: deleting a result without a key rejected, while setting one did not", () => {
  for (const resultCacheKey of [undefined, ""]) {
    it(`answers both with an error, for the key ${JSON.stringify(resultCacheKey)}`, async () => {
      const client = new ApertureClient({ control: new ScriptedControl() });
      const flow = await client.startFlow("checkout", { resultCacheKey });
      const done = await Promise.all([flow.setResultCache({ value: "x", ttl: 1000 }), flow.deleteResultCache()]);
      for (const operation of done) expect(operation.getError()).to.be.instanceOf(TypeError);
    });
  }

  for (const ttl of [0, -1, Number.NaN]) {
    it(`answers a ttl of ${ttl} with an error, where an agent would keep the entry for a week`, async () => {
      const control = new ScriptedControl();
      const flow = await new ApertureClient({ control }).startFlow("checkout", { resultCacheKey: "cart" });
      expect((await flow.setResultCache({ value: "x", ttl })).getError()?.message).to.include("above 0 milliseconds");
      expect((await flow.setGlobalCache("prices", { value: "x", ttl: { seconds: ttl } })).getError()).to.be.instanceOf(
        TypeError,
      );
      expect(control.cacheLookup({ controlPoint: "checkout", resultKey: "cart" }).result?.hit).to.equal(false);
    });
  }
});
