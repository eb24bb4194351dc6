import type { CheckRequest, CheckResponse, FlowControl, Labels, LimiterDecision } from "@aperture-flow/core";
import { createEngine, type EngineOptions } from "@aperture-flow/engine";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";

/** A control that decides by policies, however far away from them it is. */
export interface OpenControl {
  readonly control: FlowControl;
  /** Ends what stands behind the control; the suite has closed the control itself. */
  release(): Promise<void>;
}

/** Opens a control on the policies of an engine with these options. */
export type ControlOpener = (options: EngineOptions) => Promise<OpenControl>;

const POLICIES = {
  yaml: `
blueprint: rate-limiting/base
policy:
  policy_name: per-user
  rate_limiter:
    bucket_capacity: 2
    fill_amount: 1
    parameters: { interval: 1s, limit_by_label_key: user }
    selectors: [{ control_point: pay }, { control_point: weighed }]
    request_parameters: { tokens_label_key: weight, denied_response_status_code: PaymentRequired }
---
blueprint: rate-limiting/base
policy:
  policy_name: per-method
  rate_limiter:
    bucket_capacity: 1
    fill_amount: 1
    parameters: { interval: 60s, limit_by_label_key: http.method }
    selectors: [{ control_point: web }]
---
blueprint: rate-limiting/base
policy:
  policy_name: per-constructor
  rate_limiter:
    bucket_capacity: 1
    fill_amount: 1
    parameters: { interval: 60s, limit_by_label_key: constructor }
    selectors: [{ control_point: odd-names }]
`,
};

function request(controlPoint: string, labels: Labels = {}, more: Partial<CheckRequest> = {}): CheckRequest {
  return { controlPoint, labels, rampMode: false, expectEnd: true, ...more };
}

/**
 * What does not depend on how far away the engine is: the wire has no place for quotas and errors of a limiter, and counts
 * waits in nanoseconds.
 */
function comparable(response: CheckResponse): object {
  const decisions = response.decisions.map(({ quota: _, error: __, ...decision }: LimiterDecision) => decision);
  const rounded = (name: string, value: unknown) => (name === "waitMs" ? Number(value).toFixed(6) : value);
  return JSON.parse(JSON.stringify({ ...response, decisions }, rounded));
}

/**
 * What every control must do: give the answers that the engine behind it gives, whether it is that engine or a client of
 * an agent that serves it.
 */
export function controlSuite(name: string, open: ControlOpener): void {
  describe(`control: ${name}`, () => {
    let clock: FakeClock;
    let opened: OpenControl;
    let control: FlowControl;

    beforeEach(async () => {
      clock = new FakeClock(1_700_000_000_000);
      opened = await open({ policies: POLICIES, clock });
      control = opened.control;
    });
    afterEach(async () => {
      await control.close();
      await opened.release();
    });

    it("accepts, then rejects with the policy's status and the time to wait", async () => {
      const answers: CheckResponse[] = [];
      for (let flows = 0; flows < 3; flows += 1) answers.push(await control.check(request("pay", { user: "alice" })));
      expect(answers.map(({ accepted }) => accepted)).to.deep.equal([true, true, false]);
      expect(answers[2]).to.include({ reason: "rate-limited", status: 402, waitMs: 1000 });
      expect(answers[2]?.decisions[0]).to.deep.include({
        kind: "rate-limiter",
        dropped: true,
        label: "user:alice",
        tokens: { consumed: 0, remaining: 0, current: 2 },
        waitMs: 1000,
      });
      expect((await control.check(request("pay", { user: "bob" }))).accepted).to.equal(true);
      await clock.advance(1000);
      expect((await control.check(request("pay", { user: "alice" }))).accepted).to.equal(true);
    });

    it("answers a long script as the engine itself does", async () => {
      const reference = await createEngine({ policies: POLICIES, clock });
      for (let step = 0; step < 200; step += 1) {
        const labels: Record<string, string> = { user: `user-${step % 3}`, weight: String(((step * 7) % 5) / 2) };
        if (step % 11 === 0) delete labels["user"];
        const asked = request(step % 4 === 0 ? "weighed" : "pay", labels);
        const [answer, expected] = [await control.check(asked), await reference.check(asked)];
        expect(comparable(answer), `step ${step}`).to.deep.equal(comparable(expected));
        if (step % 5 === 0) await clock.advance((step * 37) % 900);
      }
      await reference.close();
    });

    it("grants exactly what there is to flows that come at once", async () => {
      const asked = Array.from({ length: 50 }, () => control.check(request("pay", { user: "many" })));
      const answers = await Promise.all(asked);
      expect(answers.filter(({ accepted }) => accepted)).to.have.length(2);
    });

    it("lets pass what no policy is about, and what lacks the label of a limiter", async () => {
      const free = await control.check(request("elsewhere"));
      expect(free).to.deep.include({ accepted: true, decisions: [], leases: [] });
      for (let flows = 0; flows < 3; flows += 1) {
        const [decision] = (await control.check(request("pay"))).decisions;
        expect(decision).to.include({ dropped: false, reason: "key-not-found" });
      }
    });

    it("rejects ramp mode where no ramp lets the flow in", async () => {
      const answer = await control.check(request("pay", { user: "alice" }, { rampMode: true }));
      expect(answer).to.deep.include({ accepted: false, reason: "no-matching-ramp", status: 403, waitMs: 0 });
    });

    it("takes names that objects are born with for plain labels", async () => {
      const named = JSON.parse('{"constructor":"a","__proto__":"b"}');
      const accepted = [];
      for (const labels of [{}, {}, named, named]) {
        accepted.push((await control.check(request("odd-names", labels))).accepted);
      }
      expect(accepted).to.deep.equal([true, true, true, false]);
    });

    it("makes labels of a whole request, below those that were given", async () => {
      const http = {
        method: "GET",
        path: "/?x=1",
        host: "h",
        scheme: "http",
        protocol: "HTTP/1.1",
        size: 0,
        headers: {},
      };
      const asked = { controlPoint: "web", http, rampMode: false, expectEnd: true };
      const first = await control.checkHttp({ ...asked, labels: {} });
      const second = await control.checkHttp({ ...asked, labels: {} });
      const named = await control.checkHttp({ ...asked, labels: { "http.method": "a, b/%+\u00fc" } });
      expect([first, second, named].map(({ accepted }) => accepted)).to.deep.equal([true, false, true]);
      expect(second).to.include({ reason: "rate-limited", status: 429, waitMs: 60_000 });
      expect(named.decisions[0]?.label).to.equal("http.method:a, b/%+\u00fc");
    });

    it("keeps results for a control point and global entries for all, until they expire", async () => {
      const value = new TextEncoder().encode("rate");
      const written = await control.cacheUpsert({
        controlPoint: "pay",
        result: { key: "r", value, ttlMs: 1000 },
        global: [{ key: "g", value: new Uint8Array(0), ttlMs: 5000 }],
      });
      expect([written.result?.error, written.global.get("g")?.error]).to.deep.equal([undefined, undefined]);
      const keys = { resultKey: "r", globalKeys: ["g", "missing"] };
      const hits = async (controlPoint: string) => {
        const found = (await control.cacheLookup({ controlPoint, ...keys })) ?? {};
        return [found.result?.hit, found.global.get("g")?.hit, found.global.get("missing")?.hit];
      };
      expect(await hits("pay")).to.deep.equal([true, true, false]);
      expect(await hits("elsewhere")).to.deep.equal([false, true, false]);
      const answer = await control.check(request("pay", { user: "cached" }, { cache: keys }));
      expect(answer).to.have.property("accepted", true);
      if (answer.accepted) expect([...(answer.cache?.result?.value ?? [])]).to.deep.equal([...value]);
      await clock.advance(1000);
      expect(await hits("pay")).to.deep.equal([false, true, false]);
      await control.cacheDelete({ controlPoint: "pay", globalKeys: ["g", "missing"] });
      expect(await hits("pay")).to.deep.equal([false, false, false]);
    });

    it("does not take back what it never lent", async () => {
      const ref = { policy: "nobody", policyHash: "0", component: "0" };
      const leases = ["a", "b"].map((id) => ({ ref, label: "default", id, tokens: 1 }));
      const { returns } = await control.end({ controlPoint: "pay", leases });
      expect(returns.map(({ lease, returned }) => [lease.id, returned])).to.deep.equal([
        ["a", false],
        ["b", false],
      ]);
      for (const { error } of returns) expect(error).to.be.a("string");
      expect((await control.end({ controlPoint: "pay", leases: [] })).returns).to.deep.equal([]);
    });

    it("does nothing any more once it is closed, which it may be twice", async () => {
      await control.close();
      await control.close();
      const calls: readonly (() => unknown)[] = [
        () => control.check(request("pay")),
        () => control.end({ controlPoint: "pay", leases: [] }),
        () => control.cacheLookup({ controlPoint: "pay" }),
      ];
      for (const call of calls) {
        const error = await Promise.resolve()
          .then(call)
          .then(
            () => undefined,
            (cause: unknown) => cause,
          );
        expect(error).to.include({ code: "APERTURE_CLOSED", reason: "closed" });
      }
    });
  });
}
