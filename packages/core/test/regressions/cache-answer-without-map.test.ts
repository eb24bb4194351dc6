import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { checkResponseFromWire } from "../../src/grpc/wire/check.ts";
import { accepted, ScriptedControl } from "../../src/testing/index.ts";

describe("regression: a cache answer without its map of keys ended the process", () => {
  it("is a miss with an error", async () => {
    const answer = checkResponseFromWire({ control_point: "checkout", cache_lookup_response: {} }, false);
    const flow = await new ApertureClient({ control: new ScriptedControl(answer) }).startFlow("checkout");
    for (const lookup of [flow.globalCache("prices"), flow.resultCache()]) {
      expect([lookup.getLookupStatus(), lookup.getValue()]).to.deep.equal(["MISS", undefined]);
      expect(lookup.getError()).to.be.instanceOf(Error);
    }
  });

  it("is a write that may not have happened", async () => {
    const silent = { cacheUpsert: () => ({ global: new Map() }), cacheDelete: () => ({ global: new Map() }) };
    const control = Object.assign(new ScriptedControl(accepted()), silent);
    const flow = await new ApertureClient({ control }).startFlow("checkout", { resultCacheKey: "cart" });
    const entry = { value: "x", ttl: 1000 };
    const answers = [
      flow.setGlobalCache("prices", entry),
      flow.setResultCache(entry),
      flow.deleteGlobalCache("prices"),
      flow.deleteResultCache(),
    ];
    for (const answer of await Promise.all(answers)) expect(answer.getError()?.message).to.include("no answer");
  });
});
