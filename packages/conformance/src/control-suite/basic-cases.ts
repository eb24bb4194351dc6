import type { CheckRequest, CheckResponse, FlowControl, Labels } from "@aperture-flow/core";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";
import type { ControlOpener, OpenControl } from "./open-control.ts";

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

/** What needs no second control to compare with. */
export function basicCases(open: ControlOpener): void {
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
}
