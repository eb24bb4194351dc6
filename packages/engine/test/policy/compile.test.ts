import { expect } from "chai";
import { buildSnapshot, compilePolicies } from "../../src/policy/compile.ts";
import { findPolicies } from "../../src/policy/load.ts";
import type { Stage } from "../../src/snapshot.ts";
import { buildContext, failure, fixture, limiterPolicy } from "./policies.ts";

const components = (stages: readonly Stage[]) =>
  stages.map(({ kind, limiters }) => ({
    kind,
    components: limiters.map(({ ref }) => `${ref.policy}/${ref.component}`),
  }));

const rate = (...names: string[]) => [{ kind: "rate", components: names }];

describe("compilePolicies", () => {
  it("makes a rate limiter of the blueprint", async () => {
    const snapshot = await compilePolicies(fixture("good/rate-limiting-minimal.yaml"), buildContext());
    const [stage] = snapshot.match("sign-in", {}, []);
    expect(stage).to.deep.include({ kind: "rate", reason: "rate-limited", status: 429 });
    const decision = await stage?.limiters[0]?.decide({
      controlPoint: "sign-in",
      labels: {},
      rampMode: false,
      call: {},
    });
    expect(decision).to.deep.include({
      kind: "rate-limiter",
      dropped: false,
      label: "default",
      tokens: { consumed: 1, remaining: 4, current: 1 },
      quota: { limit: 5, windowMs: 300_000 },
      status: 429,
    });
  });

  it("passes every parameter on", async () => {
    const snapshot = await compilePolicies(fixture("good/rate-limiting-full.yaml"), buildContext());
    const [stage] = snapshot.match("suggest", {}, []);
    const flow = { controlPoint: "suggest", labels: { tenant: "t", cost: "30" }, rampMode: false, call: {} };
    expect(await stage?.limiters[0]?.decide(flow)).to.deep.include({
      dropped: false,
      label: "tenant:t",
      tokens: { consumed: 30, remaining: 10, current: 30 },
      quota: { limit: 40, windowMs: 1_440_000 },
      status: 402,
    });
    expect(await stage?.limiters[0]?.decide(flow)).to.deep.include({ dropped: true, status: 402 });
  });

  it("takes the limit from a variable", async () => {
    const snapshot = await compilePolicies(fixture("good/bare.yaml"), buildContext());
    const [stage] = snapshot.match("checkout", {}, []);
    const decision = await stage?.limiters[0]?.decide({
      controlPoint: "checkout",
      labels: {},
      rampMode: false,
      call: {},
    });
    expect(decision?.quota).to.deep.equal({ limit: 3, windowMs: 1000 });
    expect(decision?.ref.component).to.equal("root.1");
  });

  for (const [what, ports] of [
    ["an invalid capacity", { bucket_capacity: { constant_signal: { special_value: "NaN" } } }],
    ["an invalid fill", { fill_amount: { constant_signal: { special_value: "NaN" } } }],
    ["a pass-through that is on", { pass_through: { constant_signal: { value: 1 } } }],
  ] as const) {
    it(`limits nothing with ${what}`, async () => {
      const policy = limiterPolicy("p", [{ control_point: "cp" }]);
      Object.assign(policy.spec.circuit.components[0]?.flow_control.rate_limiter.in_ports ?? {}, ports);
      const snapshot = await compilePolicies(policy, buildContext());
      const [limiter] = snapshot.match("cp", {}, [])[0]?.limiters ?? [];
      const flow = { controlPoint: "cp", labels: {}, rampMode: false, call: {} };
      for (let count = 0; count < 3; count++) expect(await limiter?.decide(flow)).to.include({ dropped: false });
    });
  }

  it("summarises what it made", async () => {
    const policy = limiterPolicy("p", [{ control_point: "b" }, { control_point: "a" }, { control_point: "b" }]);
    const snapshot = await compilePolicies([policy, fixture("good/bare.yaml")], buildContext());
    expect(snapshot.version).to.equal(1);
    expect(snapshot.policies.map(({ name, components }) => ({ name, components }))).to.deep.equal([
      { name: "p", components: [{ component: "root.0", kind: "rate-limiter", controlPoints: ["a", "b"] }] },
      { name: "bare", components: [{ component: "root.1", kind: "rate-limiter", controlPoints: ["checkout"] }] },
    ]);
    for (const { hash } of snapshot.policies) expect(hash).to.match(/^[0-9a-f]{32}$/);
  });

  it("makes an empty snapshot of no policies", async () => {
    const snapshot = await compilePolicies([], buildContext());
    expect(snapshot.policies).to.deep.equal([]);
    expect(snapshot.match("cp", {}, [])).to.deep.equal([]);
  });

  it("reports what several policies ask for that is not supported", async () => {
    const query = { query: { promql: { query_string: "up" } } };
    const loading = compilePolicies(
      [
        { yaml: `circuit: { components: [${JSON.stringify(query)}] }`, name: "a.yaml" },
        { yaml: `circuit: { components: [{ max: {} }] }`, name: "b.yaml" },
      ],
      buildContext(),
    );
    expect((await failure(loading)).split("\n")).to.deep.equal([
      "a.yaml:1:25: circuit.components[0]: component `query` is not supported yet",
      "b.yaml:1:25: circuit.components[0]: component `max` is not supported yet",
    ]);
  });

  it("reports what one file gets wrong beside what another asks for that is not supported", async () => {
    const message = await failure(
      compilePolicies(
        [
          { yaml: "circuit: { component: [] }", name: "misspelt.yaml" },
          { yaml: "circuit: { components: [{ max: {} }] }", name: "max.yaml" },
        ],
        buildContext(),
      ),
    );
    expect(message.split("\n")).to.deep.equal([
      "misspelt.yaml:1:12: circuit.component: unknown key; did you mean `components`?",
      "max.yaml:1:25: circuit.components[0]: component `max` is not supported yet",
    ]);
  });
});

describe("a snapshot", () => {
  it("matches control points exactly", async () => {
    const snapshot = await compilePolicies(limiterPolicy("p", [{ control_point: "ingress" }]), buildContext());
    expect(components(snapshot.match("ingress", {}, []))).to.deep.equal(rate("p/root.0"));
    for (const other of ["Ingress", "ingress ", "", "constructor", "__proto__"]) {
      expect(snapshot.match(other, {}, [])).to.deep.equal([]);
    }
  });

  it("asks a limiter once, however many of its selectors match", async () => {
    const selectors = [
      { control_point: "cp" },
      { control_point: "cp", service: "a" },
      { control_point: "cp", service: "any" },
    ];
    const snapshot = await compilePolicies(limiterPolicy("p", selectors), buildContext());
    expect(components(snapshot.match("cp", {}, ["a"]))).to.deep.equal(rate("p/root.0"));
  });

  it("matches a service only for flows that belong to it", async () => {
    const policy = limiterPolicy("p", [{ control_point: "cp", service: "a" }], [{ control_point: "cp" }]);
    const snapshot = await compilePolicies(policy, buildContext());
    expect(components(snapshot.match("cp", {}, []))).to.deep.equal(rate("p/root.1"));
    expect(components(snapshot.match("cp", {}, ["b"]))).to.deep.equal(rate("p/root.1"));
    expect(components(snapshot.match("cp", {}, ["b", "a"]))).to.deep.equal(rate("p/root.0", "p/root.1"));
  });

  it("matches a service and labels together", async () => {
    const label_matcher = { match_labels: { k: "v" } };
    const policy = limiterPolicy("p", [{ control_point: "cp", service: "a", label_matcher }]);
    const snapshot = await compilePolicies(policy, buildContext());
    expect(snapshot.match("cp", { k: "v" }, [])).to.deep.equal([]);
    expect(snapshot.match("cp", {}, ["a"])).to.deep.equal([]);
    expect(components(snapshot.match("cp", { k: "v" }, ["a"]))).to.deep.equal(rate("p/root.0"));
  });

  it("applies selectors of its own agent group, and those that name none", async () => {
    const policy = limiterPolicy(
      "p",
      [{ control_point: "cp" }],
      [{ control_point: "cp", agent_group: "default" }],
      [{ control_point: "cp", agent_group: "aperture-cloud" }],
    );
    const inGroup = await compilePolicies(policy, buildContext({ agentGroup: "default" }));
    expect(components(inGroup.match("cp", {}, []))).to.deep.equal(rate("p/root.0", "p/root.1"));
    const inNone = await compilePolicies(policy, buildContext());
    expect(components(inNone.match("cp", {}, []))).to.deep.equal(rate("p/root.0", "p/root.1", "p/root.2"));
  });

  it("gives the same frozen answer to flows that the same limiters apply to", async () => {
    const label_matcher = { match_labels: { k: "v" } };
    const policy = limiterPolicy("p", [{ control_point: "cp" }], [{ control_point: "cp", label_matcher }]);
    const snapshot = await compilePolicies(policy, buildContext());
    const answer = snapshot.match("cp", { k: "v" }, []);
    expect(snapshot.match("cp", { k: "v", other: "x" }, ["a"])).to.equal(answer);
    expect(snapshot.match("cp", {}, [])).not.to.equal(answer);
    expect(Object.isFrozen(answer)).to.equal(true);
    expect(Object.isFrozen(answer[0]?.limiters)).to.equal(true);
  });

  it("knows its limiters by policy, hash and component", async () => {
    const snapshot = await compilePolicies(limiterPolicy("p", [{ control_point: "cp" }]), buildContext());
    const [limiter] = snapshot.match("cp", {}, [])[0]?.limiters ?? [];
    if (limiter === undefined) throw new Error("there is a limiter");
    expect(snapshot.limiter({ ...limiter.ref })).to.equal(limiter);
    expect(snapshot.limiter({ ...limiter.ref, policyHash: "another" })).to.equal(undefined);
    expect(snapshot.limiter({ ...limiter.ref, component: "root.1" })).to.equal(undefined);
    expect(snapshot.limiter({ ...limiter.ref, policy: "q" })).to.equal(undefined);
  });

  it("carries the limiters of unchanged policies over", async () => {
    const unchanged = limiterPolicy("unchanged", [{ control_point: "a" }]);
    const before = limiterPolicy("changed", [{ control_point: "b" }]);
    const after = limiterPolicy("changed", [{ control_point: "b" }, { control_point: "c" }]);
    const context = buildContext();
    const first = await compilePolicies([unchanged, before], context);
    const second = await compilePolicies([after, unchanged], { ...context, previous: first });
    expect(second.version).to.equal(2);
    expect(second.match("a", {}, [])[0]?.limiters[0]).to.equal(first.match("a", {}, [])[0]?.limiters[0]);
    expect(second.match("b", {}, [])[0]?.limiters[0]).not.to.equal(first.match("b", {}, [])[0]?.limiters[0]);
  });

  it("does not change with the objects it was made of", async () => {
    const policy = limiterPolicy("p", [{ control_point: "cp" }]);
    const snapshot = await compilePolicies(policy, buildContext());
    policy.spec.circuit.components.length = 0;
    expect(components(snapshot.match("cp", {}, []))).to.deep.equal(rate("p/root.0"));
  });

  it("holds thousands of policies", async () => {
    const many = Array.from({ length: 2000 }, (_, index) =>
      limiterPolicy(`p${index}`, [{ control_point: `cp${index}` }]),
    );
    const snapshot = buildSnapshot(await findPolicies(many), buildContext());
    expect(snapshot.policies).to.have.length(2000);
    expect(components(snapshot.match("cp1234", {}, []))).to.deep.equal(rate("p1234/root.0"));
  });
});
