import { expect } from "chai";
import type { Script } from "./script.ts";

const PLACES = `
blueprint: concurrency-limiting/base
policy:
  policy_name: places
  concurrency_limiter:
    max_concurrency: 2
    parameters: { limit_by_label_key: user, max_inflight_duration: 60s }
    request_parameters: { tokens_label_key: cost, denied_response_status_code: ServiceUnavailable }
    selectors: [{ control_point: places }]
`;

const TOKENS_THEN_PLACE_THEN_QUOTA = `
blueprint: rate-limiting/base
policy:
  policy_name: tokens
  rate_limiter:
    bucket_capacity: 10
    fill_amount: 1
    parameters: { interval: 60s }
    request_parameters: { tokens_label_key: cost }
    selectors: [{ control_point: both }, { control_point: all }]
---
blueprint: concurrency-limiting/base
policy:
  policy_name: place
  concurrency_limiter:
    max_concurrency: 1
    parameters: { max_inflight_duration: 60s }
    selectors: [{ control_point: both }, { control_point: all }]
---
blueprint: quota-scheduling/base
policy:
  policy_name: quota
  quota_scheduler:
    bucket_capacity: 1
    fill_amount: 1
    rate_limiter: { interval: 60s }
    scheduler: { default_workload_parameters: { queue_timeout: 0s } }
    selectors: [{ control_point: all }]
`;

export const LIMITER_SCRIPTS: readonly Script[] = [
  {
    title: "lends places for each label, and takes them back once",
    policies: PLACES,
    async play(player) {
      const alice = { user: "alice" };
      const [first, second, third] = [
        await player.check("places", alice),
        await player.check("places", alice),
        await player.check("places", alice),
      ];
      expect([first, second, third].map(({ accepted }) => accepted)).to.deep.equal([true, true, false]);
      expect(first.decisions[0]?.tokens).to.deep.equal({ consumed: 1, remaining: 2, current: 0 });
      expect(third).to.include({ reason: "rate-limited", status: 503, waitMs: 0 });
      expect(third.decisions[0]).to.include({ kind: "concurrency-limiter", label: "user:alice", dropped: true });
      expect(await player.accepted(3, "places", { user: "bob" })).to.deep.equal([true, true, false]);
      expect(await player.accepted(3, "places")).to.deep.equal([true, true, true]);
      expect(await player.end(first)).to.deep.equal([true]);
      expect(await player.end(first)).to.deep.equal([false]);
      expect(await player.accepted(2, "places", alice)).to.deep.equal([true, false]);
      expect(await player.end(second)).to.deep.equal([true]);
    },
  },
  {
    title: "takes as much as a flow says, and as it says it",
    policies: PLACES,
    async play(player) {
      const heavy = await player.check("places", { user: "a", cost: "2.5" });
      expect(heavy).to.have.deep.nested.property("leases[0].tokens", 2.5);
      expect(await player.accepted(1, "places", { user: "a", cost: "0.5" })).to.deep.equal([false]);
      await player.end(heavy);
      expect(await player.accepted(3, "places", { user: "a", cost: "-1" })).to.deep.equal([true, true, false]);
    },
  },
  {
    title: "frees the places of flows that do not end when they have run for too long",
    policies: PLACES,
    async play(player) {
      const lost = await player.check("places", { user: "alice" });
      await player.advance(30_000);
      const kept = await player.check("places", { user: "alice" });
      await player.advance(30_000);
      expect(await player.accepted(1, "places", { user: "alice" })).to.deep.equal([false]);
      await player.advance(1);
      expect(await player.accepted(2, "places", { user: "alice" })).to.deep.equal([true, false]);
      expect(await player.end(lost)).to.deep.equal([false]);
      expect(await player.end(kept)).to.deep.equal([true]);
    },
  },
  {
    title: "lends alike to flows that promise no end, which may end all the same",
    policies: PLACES,
    async play(player) {
      const flows = [];
      for (let count = 0; count < 3; count += 1) {
        flows.push(await player.check("places", { user: "alice" }, { expectEnd: false }));
      }
      expect(flows.map(({ accepted }) => accepted)).to.deep.equal([true, true, false]);
      expect(await player.end(flows[0])).to.deep.equal([true]);
      await player.advance(60_001);
      expect(await player.end(flows[1])).to.deep.equal([false]);
      expect(await player.accepted(3, "places", { user: "alice" })).to.deep.equal([true, true, false]);
    },
  },
  {
    title: "gives back what other limiters took of a flow that one of them rejects",
    policies: TOKENS_THEN_PLACE_THEN_QUOTA,
    async play(player) {
      const held = await player.check("both", { cost: "3" });
      expect(held.decisions.map(({ tokens }) => tokens.remaining)).to.deep.equal([7, 1]);
      const refused = await player.check("both", { cost: "5" });
      expect(refused).to.include({ accepted: false, reason: "rate-limited", status: 429 });
      expect(refused.decisions.map(({ dropped }) => dropped)).to.deep.equal([false, true]);
      await player.end(held);
      // 7 of 10 are left: those 5 came back.
      expect((await player.check("both", { cost: "7" })).accepted).to.equal(true);
    },
  },
  {
    title: "gives back what earlier stages took of a flow that a later one rejects",
    policies: TOKENS_THEN_PLACE_THEN_QUOTA,
    async play(player) {
      await player.end(await player.check("all", { cost: "2" }));
      for (let count = 0; count < 5; count += 1) {
        const refused = await player.check("all", { cost: "8" });
        expect(refused).to.include({ accepted: false, reason: "no-tokens", status: 503, waitMs: 60_000 });
        expect(refused.decisions.map(({ dropped }) => dropped)).to.deep.equal([false, false, true]);
      }
      expect((await player.check("both", { cost: "8" })).accepted).to.equal(true);
    },
  },
];
