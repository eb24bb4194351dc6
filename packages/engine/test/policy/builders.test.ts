import type { Awaitable, CheckRequest, CheckResponse, Labels } from "@aperture-flow/core";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";
import { createEngine } from "../../src/create-engine.ts";
import type { PolicySource } from "../../src/policy/read.ts";
import { fixture } from "./policies.ts";

async function setUp(policies: PolicySource) {
  const clock = new FakeClock();
  const engine = await createEngine({ clock, policies, random: () => 0.5 });
  const check = (controlPoint: string, labels: Labels = {}, rampMode = false): CheckResponse =>
    atOnce(engine.check({ controlPoint, labels, rampMode, expectEnd: true } satisfies CheckRequest));
  return { engine, clock, check };
}

function atOnce<T>(answer: Awaitable<T>): T {
  if (answer instanceof Promise) throw new Error("an engine in memory answers at once");
  return answer;
}

const leasesOf = (response: CheckResponse) => (response.accepted ? response.leases : []);

describe("a policy with a concurrency limiter", () => {
  it("limits flows in flight, and lets others in when they end", async () => {
    const { engine, check } = await setUp(fixture("good/concurrency-limiting-minimal.yaml"));
    const leases = Array.from({ length: 4 }, () => leasesOf(check("export"))).flat();
    expect(leases).to.have.length(4);
    expect(check("export")).to.deep.include({ accepted: false, reason: "rate-limited", status: 429, waitMs: 0 });
    const end = (...ended: typeof leases) => atOnce(engine.end({ controlPoint: "export", leases: ended })).returns;
    expect(end(...leases.slice(0, 2)).map(({ returned }) => returned)).to.deep.equal([true, true]);
    expect(end(...leases.slice(0, 3)).map(({ returned, error }) => [returned, error])).to.deep.equal([
      [false, undefined],
      [false, undefined],
      [true, undefined],
    ]);
    expect([1, 2, 3, 4].map(() => check("export").accepted)).to.deep.equal([true, true, true, false]);
    await engine.close();
  });

  it("answers for each lease that it is given, in their order, also for those that nobody lent", async () => {
    const { engine, check } = await setUp(fixture("good/concurrency-limiting-minimal.yaml"));
    const [lease] = leasesOf(check("export"));
    if (lease === undefined) throw new Error("a flow that got in holds a lease");
    const blank = { ref: { policy: "", policyHash: "", component: "" }, label: "", id: "", tokens: 0 };
    const changed = { ...lease, ref: { ...lease.ref, policyHash: "another" } };
    const { returns } = atOnce(
      engine.end({ controlPoint: "export", leases: [blank, { ...lease, id: "" }, changed, lease, blank] }),
    );
    expect(returns.map(({ returned, error }) => [returned, error])).to.deep.equal([
      [false, "no limiter of the current policies lent this"],
      [false, "a lease needs an id"],
      [false, "no limiter of the current policies lent this"],
      [true, undefined],
      [false, "no limiter of the current policies lent this"],
    ]);
    await engine.close();
  });

  it("passes every parameter on", async () => {
    const { engine, clock, check } = await setUp(fixture("good/concurrency-limiting-full.yaml"));
    const labels = { tenant: "t", weight: "20" };
    const [decision] = check("export", labels).decisions;
    expect(decision).to.deep.include({
      kind: "concurrency-limiter",
      label: "tenant:t",
      tokens: { consumed: 20, remaining: 20, current: 0 },
      status: 429,
    });
    expect(decision?.quota).to.equal(undefined);
    expect([check("export", labels), check("export", { tenant: "u" })].map(({ accepted }) => accepted)).to.deep.equal([
      false,
      true,
    ]);
    await clock.advance(60_001);
    expect(check("export", labels).accepted, "flows that never end").to.equal(true);
    await engine.close();
  });

  for (const [what, ports] of [
    ["a limit that is invalid", { max_concurrency: { constant_signal: { special_value: "NaN" } } }],
    ["a pass-through that is on", { pass_through: { constant_signal: { value: 1 } } }],
  ] as const) {
    it(`limits nothing with ${what}`, async () => {
      const concurrency_limiter = {
        in_ports: { max_concurrency: { constant_signal: { value: 0 } }, ...ports },
        parameters: { max_inflight_duration: "1s" },
        selectors: [{ control_point: "cp" }],
      };
      const { engine, check } = await setUp(policyOf({ concurrency_limiter }));
      const response = check("cp");
      expect(response.decisions[0]).to.deep.include({ dropped: false, label: "", reason: "key-not-found" });
      expect(leasesOf(response)).to.deep.equal([]);
      await engine.close();
    });
  }
});

describe("a policy with a sampler", () => {
  const sampler = (percentage: object | undefined, parameters: object = {}, rest: object = {}) =>
    policyOf({
      sampler: {
        in_ports: percentage && { accept_percentage: { constant_signal: percentage } },
        parameters: { selectors: [{ control_point: "cp" }], ...parameters },
        ...rest,
      },
    });

  it("passes every parameter on", async () => {
    const { engine, check } = await setUp(
      sampler(
        { value: 10 },
        { session_label_key: "user", denied_response_status_code: "NotFound" },
        { pass_through_label_values: ["vip"] },
      ),
    );
    expect(check("cp", { user: "user-42" }).accepted).to.equal(true);
    expect(check("cp", { user: "user-0" })).to.deep.include({ accepted: false, reason: "not-sampled", status: 404 });
    expect(check("cp", { user: "vip" }).accepted).to.equal(true);
    await engine.close();
  });

  it("lets all pass without a percentage or with an invalid one, and none in ramp mode", async () => {
    for (const percentage of [undefined, { special_value: "NaN" }]) {
      const open = await setUp(sampler(percentage));
      const ramp = await setUp(sampler(percentage, { ramp_mode: true }));
      expect(open.check("cp").accepted).to.equal(true);
      expect(ramp.check("cp")).to.deep.include({ accepted: false, reason: "no-matching-ramp", status: 403 });
      await Promise.all([open.engine.close(), ramp.engine.close()]);
    }
  });

  it("lets flows in ramp mode in through a sampler in ramp mode only", async () => {
    const ordinary = await setUp(sampler({ value: 100 }));
    expect(ordinary.check("cp", {}, true)).to.deep.include({ accepted: false, reason: "no-matching-ramp" });
    const ramp = await setUp(sampler({ value: 100 }, { ramp_mode: true }));
    expect([ramp.check("cp", {}, true), ramp.check("cp")].map(({ accepted }) => accepted)).to.deep.equal([true, true]);
    await Promise.all([ordinary.engine.close(), ramp.engine.close()]);
  });
});

function policyOf(component: object) {
  return {
    apiVersion: "fluxninja.com/v1alpha1",
    kind: "Policy",
    metadata: { name: "p" },
    spec: { circuit: { components: [{ flow_control: component }] } },
  };
}
