import { Buffer } from "node:buffer";
import { expect } from "chai";
import type { CacheLookupResponse } from "../../../src/contract/cache.ts";
import {
  cacheKeysFromWire,
  cacheLookupFromWire,
  cacheOperationsFromWire,
  cacheUpsertFromWire,
  wireFromCacheKeys,
  wireFromCacheLookup,
  wireFromCacheOperations,
  wireFromCacheUpsert,
} from "../../../src/grpc/wire/cache.ts";
import { WIRE } from "../../../src/grpc/wire/load-proto.ts";

const WEEK_MS = 604_800_000;

describe("caches on the wire", () => {
  it("carry keys; an empty one asks for nothing", () => {
    const through = (resultKey: string | undefined, globalKeys: string[]) => {
      const wire = wireFromCacheKeys({ controlPoint: "cp", resultKey, globalKeys });
      return cacheKeysFromWire(WIRE.cacheLookup.requestDeserialize(WIRE.cacheLookup.requestSerialize(wire)));
    };
    expect(through("r", ["a", "b"])).to.deep.equal({ controlPoint: "cp", resultKey: "r", globalKeys: ["a", "b"] });
    expect(through("", [])).to.deep.equal({ controlPoint: "cp", resultKey: undefined, globalKeys: [] });
    expect(through("x\ud800", ["\udc00"])).to.include({ resultKey: "x\ufffd" });
  });

  it("carry what was found", () => {
    const found: CacheLookupResponse = {
      result: { hit: true, value: Buffer.from([0, 128, 255]) },
      global: new Map([
        ["empty", { hit: true, value: Buffer.alloc(0) }],
        ["missing", { hit: false }],
        ["broken", { hit: false, error: "disk full" }],
        ["__proto__", { hit: true, value: Buffer.from("p") }],
      ]),
    };
    const bytes = WIRE.cacheLookup.responseSerialize(wireFromCacheLookup(found));
    const { result, global } = cacheLookupFromWire(WIRE.cacheLookup.responseDeserialize(bytes));
    expect(result).to.deep.equal(found.result);
    expect(new Map([...global].sort())).to.deep.equal(new Map([...found.global].sort()));
  });

  it("read an unknown status as a miss", () => {
    const { result } = cacheLookupFromWire({ result_cache_response: { lookup_status: 7, value: Buffer.from("x") } });
    expect(result).to.deep.equal({ hit: false, error: "the agent's cache gave the unknown status 7" });
  });

  it("read a failed look-up as a miss, even one that says hit", () => {
    const { result } = cacheLookupFromWire({ result_cache_response: { operation_status: 1 } });
    expect(result).to.deep.equal({ hit: false, error: "the agent's cache could not be read" });
  });

  it("carry what is written", () => {
    const entry = (key: string, ttlMs: number) => ({ key, value: Buffer.from(key), ttlMs });
    const upsert = { controlPoint: "cp", result: entry("r", 1500), global: [entry("g", 0.5)] };
    const wire = wireFromCacheUpsert(upsert);
    const bytes = WIRE.cacheUpsert.requestSerialize(wire);
    expect(cacheUpsertFromWire(WIRE.cacheUpsert.requestDeserialize(bytes))).to.deep.equal(upsert);
  });

  it("keep what is written without a time, or for longer, for a week", () => {
    const { global } = cacheUpsertFromWire({
      global_cache_entries: {
        "": { value: Buffer.from("no key") },
        a: { key: "another", ttl: undefined },
        b: { ttl: { seconds: 8 * 86_400 } },
      },
    });
    expect(global?.map(({ key, ttlMs }) => [key, ttlMs])).to.deep.equal([
      ["a", WEEK_MS],
      ["b", WEEK_MS],
    ]);
  });

  it("carry what became of a write", () => {
    const done = { result: {}, global: new Map([["g", { error: "too large" }]]) };
    const bytes = WIRE.cacheUpsert.responseSerialize(wireFromCacheOperations(done));
    expect(cacheOperationsFromWire(WIRE.cacheUpsert.responseDeserialize(bytes))).to.deep.equal(done);
    expect(cacheOperationsFromWire({ result_cache_response: { operation_status: 1 } }).result).to.deep.equal({
      error: "the agent's cache could not be written",
    });
    expect(cacheOperationsFromWire({})).to.deep.equal({ result: undefined, global: new Map() });
  });
});
