import { expect } from "chai";
import type { Script } from "./script.ts";

const ONCE = `
blueprint: rate-limiting/base
policy:
  policy_name: three
  rate_limiter:
    bucket_capacity: 3
    fill_amount: 0
    parameters: { interval: 1s }
    selectors: [{ control_point: dear }]
---
blueprint: quota-scheduling/base
policy:
  policy_name: one
  quota_scheduler:
    bucket_capacity: 1
    fill_amount: 0
    rate_limiter: { interval: 1s }
    selectors: [{ control_point: dear }]
`;

function entry(key: string, text: string, ttlMs: number) {
  return { key, value: new TextEncoder().encode(text), ttlMs };
}

export const CACHE_SCRIPTS: readonly Script[] = [
  {
    title: "keeps results for a control point and global entries for all, until they expire",
    policies: ONCE,
    async play(player) {
      const { control } = player;
      const result = entry("k", "result", 1000);
      await control.cacheUpsert({
        controlPoint: "a",
        result,
        global: [entry("k", "global", 2000), entry("e", "", 9000)],
      });
      expect(await player.lookUp("a", "k", "k e none")).to.deep.equal(["result", "global", "", undefined]);
      expect(await player.lookUp("b", "k", "k")).to.deep.equal([undefined, "global"]);
      await player.advance(999);
      expect(await player.lookUp("a", "k", "k")).to.deep.equal(["result", "global"]);
      await player.advance(1);
      expect(await player.lookUp("a", "k", "k")).to.deep.equal([undefined, "global"]);
      await control.cacheUpsert({ controlPoint: "b", global: [entry("k", "again", 2000)] });
      await player.advance(1500);
      expect(await player.lookUp("a", "k", "k e")).to.deep.equal([undefined, "again", ""]);
      await control.cacheDelete({ controlPoint: "any", globalKeys: ["k", "none"] });
      expect(await player.lookUp("a", "k", "k e")).to.deep.equal([undefined, undefined, ""]);
    },
  },
  {
    title: "spares a flow the schedulers whose result is there, and no rate limiter",
    policies: ONCE,
    async play(player) {
      const cache = { resultKey: "k", globalKeys: ["g", "none"] };
      const missed = await player.check("dear", {}, { cache });
      expect(missed).to.deep.nested.include({ accepted: true, "cache.result.hit": false });
      const global = [entry("g", "global", 9000)];
      await player.control.cacheUpsert({ controlPoint: "dear", result: entry("k", "result", 1000), global });
      const hit = await player.check("dear", {}, { cache });
      expect(hit).to.deep.nested.include({ accepted: true, "cache.result.hit": true });
      expect(hit.decisions.map(({ kind }) => kind)).to.deep.equal(["rate-limiter"]);
      await player.advance(1000);
      expect(await player.check("dear", {}, { cache })).to.include({ accepted: false, reason: "no-tokens" });
      await player.control.cacheDelete({ controlPoint: "dear", resultKey: "k" });
      await player.check("dear", {}, { cache: { globalKeys: ["g"] } });
    },
  },
];
