import { ApertureError, type CheckRequest, type CheckResponse, type Labels, type Lease } from "@aperture-flow/core";
import { expect } from "chai";
import { MemoryBackend } from "../src/backend/memory.ts";
import { Engine } from "../src/engine.ts";
import type { FlowContext, LeasingLimiter, Limiter, LimiterEnvironment } from "../src/limiter/limiter.ts";
import { RateLimiter } from "../src/limiter/rate-limiter.ts";
import { type CacheEvent, combineObservers, type EngineObserver } from "../src/observer.ts";
import type { Snapshot } from "../src/snapshot.ts";
import { FakeClock } from "../src/testing/fake-clock.ts";

const REQUEST: CheckRequest = { controlPoint: "cp", labels: {}, rampMode: false, expectEnd: true };
const REF = { policy: "p", policyHash: "h", component: "0" };
const BUCKET = {
  capacity: 2,
  fillAmount: 1,
  fillIntervalMs: 1000,
  continuousFill: true,
  delayInitialFill: false,
  idleMs: 0,
};

/** What a compiled policy with these limiters looks like: all of them at control point `cp`. */
function snapshotOf(version: number, ...limiters: Limiter[]): Snapshot {
  const stages = limiters.map((limiter) => ({
    kind: "rate" as const,
    reason: "rate-limited" as const,
    status: 429,
    limiters: [limiter],
  }));
  return {
    version,
    policies: [{ name: "p", hash: `h${version}`, components: [] }],
    classify: (_flow, labels) => labels,
    labelsRead: () => new Set(["user"]),
    match: (controlPoint) => (controlPoint === "cp" ? stages : []),
    limiter: (ref) =>
      limiters.find(({ ref: own }) => own.component === ref.component && own.policyHash === ref.policyHash),
  };
}

function setUp(observer: EngineObserver = {}, limitByLabelKey?: string) {
  const clock = new FakeClock();
  const backend = new MemoryBackend({ clock });
  const environment: LimiterEnvironment = { clock, backend, random: () => 0.5, observer: combineObservers(observer) };
  const limiter = new RateLimiter({ ref: REF, bucket: BUCKET, limitByLabelKey }, environment);
  const engine = new Engine({
    snapshot: snapshotOf(1, limiter),
    environment,
    agentGroup: "default",
    compile: async (policies, { previous }) => {
      if (policies === "bad") throw new ApertureError("APERTURE_POLICY_INVALID", "no policy");
      return snapshotOf((previous?.version ?? 0) + 1);
    },
    release: () => backend.close(),
  });
  return { engine, clock, backend };
}

function atOnce<T>(answer: T | Promise<T>): T {
  if (answer instanceof Promise) throw new Error("an engine in memory answers at once");
  return answer;
}

describe("Engine", () => {
  it("answers at once: accepted, rejected, accepted again", async () => {
    const { engine, clock } = setUp();
    const check = () => atOnce(engine.check(REQUEST));
    expect(check()).to.deep.include({ accepted: true, leases: [] });
    expect(check().accepted).to.equal(true);
    expect(check()).to.deep.include({ accepted: false, reason: "rate-limited", status: 429, waitMs: 1000 });
    await clock.advance(1000);
    expect(check().accepted).to.equal(true);
  });

  it("accepts a flow at a control point without policies", () => {
    const { engine } = setUp();
    expect(engine.check({ ...REQUEST, controlPoint: "other" })).to.deep.equal({
      accepted: true,
      decisions: [],
      leases: [],
    });
    expect(engine.check({ ...REQUEST, controlPoint: "__proto__" })).to.include({ accepted: true });
  });

  it("labels a flow with its HTTP request, under the labels that the application gives", () => {
    const http = {
      method: "GET",
      path: "/a?b=c",
      host: "example.com",
      scheme: "https",
      protocol: "HTTP/1.1",
      size: -1,
      headers: { "x-user-id": "alice" },
    };
    const labelOf = (key: string, labels: Labels = {}) => {
      const { engine } = setUp({}, key);
      const response = atOnce(engine.checkHttp({ ...REQUEST, labels, http }));
      return response.decisions[0]?.label;
    };
    expect(labelOf("http.request.header.x_user_id")).to.equal("http.request.header.x_user_id:alice");
    expect(labelOf("http.target")).to.equal("http.target:/a?b=c");
    expect(labelOf("http.method", { "http.method": "mine" })).to.equal("http.method:mine");
  });

  it("tells of what the cache was asked, by itself and on the way through a check", () => {
    const events: CacheEvent[] = [];
    const { engine } = setUp({ cache: (event) => events.push(event) });
    const value = Uint8Array.of(1);
    engine.cacheUpsert({ controlPoint: "cp", result: { key: "k", value, ttlMs: 1000 } });
    engine.check({ ...REQUEST, cache: { resultKey: "k" } });
    engine.check(REQUEST);
    engine.cacheDelete({ controlPoint: "cp", resultKey: "k" });
    engine.cacheLookup({ controlPoint: "cp", resultKey: "k" });
    expect(events).to.deep.equal([
      { operation: "upsert", controlPoint: "cp", answer: { result: {}, global: new Map() } },
      { operation: "lookup", controlPoint: "cp", answer: { result: { hit: true, value }, global: new Map() } },
      { operation: "delete", controlPoint: "cp", answer: { result: {}, global: new Map() } },
      { operation: "lookup", controlPoint: "cp", answer: { result: { hit: false }, global: new Map() } },
    ]);
  });

  it("keeps a cache for each control point and one for all", () => {
    const { engine } = setUp();
    const value = Uint8Array.of(1);
    engine.cacheUpsert({
      controlPoint: "cp",
      result: { key: "k", value, ttlMs: 1000 },
      global: [{ key: "k", value, ttlMs: 1000 }],
    });
    const response = atOnce(engine.check({ ...REQUEST, cache: { resultKey: "k", globalKeys: ["k", "none"] } }));
    expect(response).to.deep.include({
      cache: {
        result: { hit: true, value },
        global: new Map([
          ["k", { hit: true, value }],
          ["none", { hit: false }],
        ]),
      },
    });
    expect(engine.cacheLookup({ controlPoint: "other", resultKey: "k" })).to.deep.equal({
      result: { hit: false },
      global: new Map(),
    });
    engine.cacheDelete({ controlPoint: "cp", resultKey: "k" });
    expect(engine.cacheLookup({ controlPoint: "cp", resultKey: "k" })).to.deep.equal({
      result: { hit: false },
      global: new Map(),
    });
  });

  describe("replacePolicies", () => {
    it("puts the new set in force for flows to come", async () => {
      const replaced: number[] = [];
      const { engine } = setUp({ policiesReplaced: (_, version) => replaced.push(version) });
      await engine.replacePolicies("good");
      expect(engine.policies()).to.deep.equal([{ name: "p", hash: "h2", components: [] }]);
      for (let count = 0; count < 5; count++) expect(atOnce(engine.check(REQUEST)).accepted).to.equal(true);
      expect(replaced).to.deep.equal([2]);
    });

    it("keeps the old set when the new one is refused, and says so", async () => {
      const refused: unknown[] = [];
      const { engine } = setUp({ policiesRefused: (error) => refused.push(error) });
      const error = await engine.replacePolicies("bad").then(
        () => undefined,
        (reason) => reason,
      );
      expect(error).to.be.instanceOf(ApertureError);
      expect(refused).to.deep.equal([error]);
      expect(engine.policies()[0]?.hash).to.equal("h1");
      expect(atOnce(engine.check(REQUEST)).decisions).to.have.length(1);
    });

    it("takes effect in the order of the calls, also after a refusal", async () => {
      const { engine } = setUp();
      const results = await Promise.allSettled([
        engine.replacePolicies("good"),
        engine.replacePolicies("bad"),
        engine.replacePolicies("good"),
      ]);
      expect(results.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled"]);
      expect(engine.policies()[0]?.hash).to.equal("h3");
    });
  });

  describe("observed", () => {
    it("tells decisions, then the flow", () => {
      const heard: string[] = [];
      const { engine } = setUp({
        decision: ({ label }, controlPoint) => heard.push(`${label} at ${controlPoint}`),
        flow: (request: CheckRequest, response: CheckResponse) =>
          heard.push(`${request.controlPoint} ${response.accepted}`),
      });
      engine.check(REQUEST);
      expect(heard).to.deep.equal(["default at cp", "cp true"]);
    });

    it("goes on when an observer throws or calls back", () => {
      const errors: unknown[] = [];
      let depth = 0;
      const { engine } = setUp({
        decision: () => {
          throw new Error("broken");
        },
        flow: () => {
          depth += 1;
          if (depth < 3) engine.check({ ...REQUEST, controlPoint: "other" });
        },
        observerError: (error) => errors.push(error),
      });
      expect(atOnce(engine.check(REQUEST)).accepted).to.equal(true);
      expect(errors).to.have.length(1);
      expect(depth).to.equal(3);
    });
  });

  describe("close", () => {
    it("is idempotent, leaves no timer, and lets nothing through afterwards", async () => {
      const { engine, clock } = setUp();
      engine.check(REQUEST);
      expect(clock.pending).to.equal(1);
      await Promise.all([engine.close(), engine.close()]);
      expect(clock.pending).to.equal(0);
      for (const use of [
        () => engine.check(REQUEST),
        () => engine.end({ controlPoint: "cp", leases: [] }),
        () => engine.cacheLookup({ controlPoint: "cp" }),
        () => engine.replacePolicies("good"),
      ]) {
        expect(use).to.throw(ApertureError).with.property("code", "APERTURE_CLOSED");
      }
    });
  });

  describe("end", () => {
    const lease = (component: string, id: string): Lease => ({
      ref: { ...REF, component },
      label: "default",
      id,
      tokens: 1,
    });

    /** Lends one slot at a time. */
    class OneSlot implements LeasingLimiter {
      readonly ref = { ...REF, component: "slot" };
      held: string | undefined;
      failure: Error | undefined;

      decide(_flow: FlowContext) {
        this.held = "id";
        const tokens = { consumed: 1, remaining: 0, current: 1 };
        const own = lease("slot", "id");
        return {
          ref: this.ref,
          kind: "concurrency-limiter" as const,
          dropped: false,
          label: "default",
          tokens,
          waitMs: 0,
          lease: own,
        };
      }

      revert() {
        this.held = undefined;
      }

      release({ id }: Lease) {
        if (this.failure !== undefined) throw this.failure;
        const returned = this.held === id;
        if (returned) this.held = undefined;
        return returned;
      }
    }

    function withSlot(observer: EngineObserver) {
      const { engine: _, clock, backend } = setUp();
      const slot = new OneSlot();
      const engine = new Engine({
        snapshot: snapshotOf(1, slot),
        environment: { clock, backend, random: () => 0, observer: combineObservers(observer) },
        agentGroup: "default",
        compile: async () => snapshotOf(2),
        release: async () => {},
      });
      return { engine, slot };
    }

    it("gives leases back to those who lent them, once, in order", () => {
      const heard: boolean[] = [];
      const { engine } = withSlot({ release: (_, returned) => heard.push(returned) });
      const response = atOnce(engine.check(REQUEST));
      const leases = response.accepted ? response.leases : [];
      expect(leases).to.have.length(1);
      const end = () => atOnce(engine.end({ controlPoint: "cp", leases: [lease("none", "x"), ...leases] })).returns;
      expect(end().map(({ returned }) => returned)).to.deep.equal([false, true]);
      expect(end().map(({ returned }) => returned)).to.deep.equal([false, false]);
      expect(end()[0]?.error).to.be.a("string");
      expect(end()[1]?.error).to.equal(undefined);
      expect(heard).to.deep.equal([true, false, false, false]);
    });

    it("answers with the error of a limiter that fails", () => {
      const { engine, slot } = withSlot({});
      slot.failure = new Error("gone");
      const { returns } = atOnce(engine.end({ controlPoint: "cp", leases: [lease("slot", "id")] }));
      expect(returns).to.deep.equal([{ lease: lease("slot", "id"), returned: false, error: "gone" }]);
    });
  });
});
