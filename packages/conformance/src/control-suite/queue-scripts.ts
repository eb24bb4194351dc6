import { expect } from "chai";
import type { Asked } from "./player.ts";
import type { Script } from "./script.ts";

const SCHEDULER = `
      tokens_label_key: cost
      priority_label_key: priority
      workload_label_key: tier
      fairness_label_key: user
      workloads:
        - name: hasty
          label_matcher: { match_labels: { tier: hasty } }
          parameters: { queue_timeout: 0.5s }
      default_workload_parameters: { queue_timeout: 100s }
`;

/** A token a second, and one in store. */
const QUOTA = `
blueprint: quota-scheduling/base
policy:
  policy_name: quota
  quota_scheduler:
    bucket_capacity: 1
    fill_amount: 1
    rate_limiter: { interval: 1s, limit_by_label_key: tenant }
    selectors: [{ control_point: quota }]
    scheduler: ${SCHEDULER}
`;

const PLACE = `
blueprint: concurrency-scheduling/base
policy:
  policy_name: place
  concurrency_scheduler:
    max_concurrency: 1
    concurrency_limiter: { max_inflight_duration: 60s }
    selectors: [{ control_point: place }]
    scheduler: ${SCHEDULER}
`;

function at(tenant: string, labels: Asked["labels"] = {}): Asked {
  return { labels: { tenant, ...labels } };
}

function as(tier: string, priority: string): Asked {
  return { labels: { tier, priority } };
}

const QUOTA_SCRIPTS: readonly Script[] = [
  {
    title: "lets flows wait for their tokens, each tenant by itself",
    policies: QUOTA,
    async play(player) {
      await player.start("first", "quota", at("a"));
      await player.start("second", "quota", at("a"));
      await player.start("third", "quota", at("a"));
      await player.start("other", "quota", at("b"));
      await player.start("free", "quota");
      await player.advance(999);
      expect(player.order).to.deep.equal(["first", "other", "free"]);
      await player.advance(1);
      expect(player.order.slice(3)).to.deep.equal(["second"]);
      await player.advance(1000);
      expect(player.order.slice(4)).to.deep.equal(["third"]);
    },
  },
  {
    title: "serves waiting flows by priority, and users of one priority by turns",
    policies: QUOTA,
    async play(player) {
      const waiting: readonly (readonly [name: string, labels: Asked["labels"]])[] = [
        ["first", {}],
        ["low 1", { tier: "low", priority: "1" }],
        ["low 2", { tier: "low", priority: "1" }],
        ["high 1", { tier: "high", priority: "4", user: "greedy" }],
        ["high 2", { tier: "high", priority: "4", user: "greedy" }],
        ["high 3", { tier: "high", priority: "4", user: "modest" }],
      ];
      for (const [name, labels] of waiting) await player.start(name, "quota", at("a", labels));
      await player.advance(5000);
      expect(player.order).to.deep.equal(["first", "low 1", "high 1", "high 3", "high 2", "low 2"]);
    },
  },
  {
    title: "turns away at once who cannot have tokens in time, and says when they will be there",
    policies: QUOTA,
    async play(player) {
      await player.check("quota", { tenant: "a" });
      const hasty = await player.check("quota", { tenant: "a", tier: "hasty" });
      expect(hasty).to.include({ accepted: false, reason: "no-tokens", status: 503, waitMs: 1000 });
      expect(hasty.decisions[0]).to.include({
        kind: "quota-scheduler",
        workload: "hasty",
        dropped: true,
        waitMs: 1000,
      });
      const large = await player.check("quota", { tenant: "a", cost: "31" }, { timeoutMs: 20_000 });
      expect(large).to.include({ accepted: false, reason: "no-tokens", status: 503, waitMs: 0 });
      expect((await player.check("quota", { tenant: "a", cost: "0" })).accepted).to.equal(true);
    },
  },
  {
    title: "gives the tokens of those who left to those who stayed",
    policies: QUOTA,
    async play(player) {
      await player.start("first", "quota", at("a"));
      const served = await player.start("served", "quota", at("a"));
      const behind = await player.start("behind", "quota", at("a"));
      await player.start("last", "quota", at("a"));
      await player.advance(500);
      await served.leave();
      await behind.leave();
      expect([await served.answer, await behind.answer]).to.deep.equal([undefined, undefined]);
      await player.advance(500);
      expect(player.order).to.deep.equal(["first", "served", "behind", "last"]);
    },
  },
];

const PLACE_SCRIPTS: readonly Script[] = [
  {
    title: "lends a place to those who wait for it, by priority",
    policies: PLACE,
    async play(player) {
      const names = ["first", "low 1", "high", "low 2"];
      const first = await player.start("first", "place", as("low", "1"));
      const low1 = await player.start("low 1", "place", as("low", "1"));
      const low2 = await player.start("low 2", "place", as("low", "1"));
      const high = await player.start("high", "place", as("high", "9"));
      for (const flow of [first, low1, high, low2]) {
        expect(player.order).to.deep.equal(names.slice(0, player.order.length));
        expect(await player.end(await flow.answer)).to.deep.equal([true]);
      }
      expect(player.order).to.deep.equal(names);
    },
  },
  {
    title: "stops to wait when the time of the caller, the policy or the engine is over",
    policies: PLACE,
    engine: { maxQueueMs: 90_000 },
    async play(player) {
      const first = await player.start("first", "place");
      const caller = await player.start("caller", "place", { timeoutMs: 20_000 });
      await player.start("policy", "place", { labels: { tier: "hasty" } });
      const patient = await player.start("patient", "place", { timeoutMs: 500_000 });
      await player.start("engine", "place", { timeoutMs: 500_000 });
      await player.advance(500);
      expect(player.order).to.deep.equal(["first", "policy"]);
      await player.advance(19_500);
      expect(await caller.answer).to.include({ accepted: false, reason: "no-tokens", status: 503 });
      await player.advance(70_000);
      expect(player.order).to.deep.equal(["first", "policy", "caller", "patient", "engine"]);
      expect(await patient.answer).to.have.property("accepted", true);
      // Its lease has run out: the patient one holds the place.
      expect(await player.end(await first.answer)).to.deep.equal([false]);
    },
  },
  {
    title: "forgets those whose caller has left",
    policies: PLACE,
    async play(player) {
      const first = await player.start("first", "place");
      const served = await player.start("served", "place");
      const behind = await player.start("behind", "place");
      const last = await player.start("last", "place");
      await served.leave();
      await behind.leave();
      expect([await served.answer, await behind.answer]).to.deep.equal([undefined, undefined]);
      expect(await player.end(await first.answer)).to.deep.equal([true]);
      expect(await player.end(await last.answer)).to.deep.equal([true]);
      expect((await player.check("place")).decisions[0]?.tokens.current).to.equal(0);
    },
  },
  {
    title: "lets no more wait than may, and none for longer",
    policies: PLACE,
    engine: { maxQueue: 1, maxQueueMs: 5000 },
    async play(player) {
      await player.start("first", "place");
      const waiting = await player.start("waiting", "place");
      const full = await player.start("too many", "place");
      expect(await full.answer).to.include({ accepted: false, reason: "no-tokens", status: 503 });
      await player.advance(5000);
      expect(await waiting.answer).to.include({ accepted: false, reason: "no-tokens" });
      expect(player.order).to.deep.equal(["first", "too many", "waiting"]);
    },
  },
];

/** Of tokens and of places that flows wait for. */
export const QUEUE_SCRIPTS: readonly Script[] = [...QUOTA_SCRIPTS, ...PLACE_SCRIPTS];
