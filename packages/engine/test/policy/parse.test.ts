import { expect } from "chai";
import { loadPolicies } from "../../src/policy/load.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { PolicySource } from "../../src/policy/read.ts";
import { fixture, limiterPolicy } from "./policies.ts";

async function loadOne(source: PolicySource): Promise<Policy> {
  const [policy, ...others] = await loadPolicies(source);
  if (policy === undefined || others.length > 0) throw new Error("expected one policy");
  return policy;
}

/** The rate limiter of a policy that has one, with these parameters. */
async function parametersOf(parameters: string) {
  const one = "{ constant_signal: { value: 1 } }";
  const ports = `{ bucket_capacity: ${one}, fill_amount: ${one} }`;
  const limiter = `{ in_ports: ${ports}, parameters: ${parameters}, selectors: [{ control_point: a }] }`;
  const yaml = `circuit: { components: [{ flow_control: { rate_limiter: ${limiter} } }] }`;
  const policy = await loadOne({ yaml, name: "p.yaml" });
  return policy.spec.circuit?.components[0]?.flow_control?.rate_limiter?.parameters;
}

describe("parsePolicy", () => {
  it("names a policy without an envelope after its file", async () => {
    expect((await loadOne(fixture("good/bare.yaml"))).name).to.equal("bare");
  });

  it("names a resource by its metadata, and lets be what Kubernetes adds", async () => {
    const policy = await loadOne(fixture("good/resource.yaml"));
    expect(policy.name).to.equal("resource");
    expect(policy.dynamicConfig).to.deep.equal({ dry_run: true });
  });

  it("names a values file by its policy_name", async () => {
    expect((await loadOne(fixture("good/rate-limiting-minimal.yaml"))).name).to.equal("sign-in");
  });

  it("takes objects as it takes texts", async () => {
    const policy = limiterPolicy("p", [{ control_point: "a" }]);
    const fromText = await loadOne({ yaml: JSON.stringify(policy) });
    const fromObject = await loadOne(policy);
    expect(fromObject.spec).to.deep.equal(fromText.spec);
    expect(fromObject.hash).to.equal(fromText.hash);
  });

  it("fills the defaults of the language in, and turns durations into milliseconds", async () => {
    expect(await parametersOf("{ interval: 0.5s }")).to.deep.equal({
      interval: 500,
      continuous_fill: true,
      max_idle_time: 7_200_000,
      delay_initial_fill: false,
    });
  });

  it("keeps a false or a 0 that is written", async () => {
    const parameters = await parametersOf("{ interval: 1s, continuous_fill: false, max_idle_time: 0s }");
    expect(parameters).to.include({ continuous_fill: false, max_idle_time: 0 });
  });

  it("fills the defaults of a part in only where the part is written", async () => {
    expect(await parametersOf("{ interval: 1s }")).not.to.have.property("lazy_sync");
    const parameters = await parametersOf("{ interval: 1s, lazy_sync: {} }");
    expect(parameters?.lazy_sync).to.deep.equal({ enabled: false, num_sync: 4 });
  });

  it("takes a key without a value for an absent one", async () => {
    expect(await parametersOf("{ interval: 1s, limit_by_label_key: , lazy_sync: ~ }")).to.have.keys(
      "interval",
      "continuous_fill",
      "max_idle_time",
      "delay_initial_fill",
    );
  });

  for (const [written, read] of [
    ["TooManyRequests", 429],
    ["PaymentRequired", 402],
    ["503", 503],
    ["Empty", undefined],
    ["0", undefined],
  ] as const) {
    it(`reads the status ${written}${read === undefined ? "" : ` as ${read}`}`, async () => {
      const scheduler = `{ denied_response_status_code: ${written} }`;
      const one = "{ constant_signal: { value: 1 } }";
      const quota = `{ in_ports: { bucket_capacity: ${one}, fill_amount: ${one} }, rate_limiter: { interval: 1s }, selectors: [{ control_point: a }], scheduler: ${scheduler} }`;
      const loading = loadPolicies({
        yaml: `circuit: { components: [{ flow_control: { quota_scheduler: ${quota} } }] }`,
        name: "p",
      });
      const [policy] = await loading;
      const found = policy?.spec.circuit?.components[0]?.flow_control?.quota_scheduler?.scheduler;
      expect(found?.denied_response_status_code).to.equal(read);
    });
  }

  it("reads 64-bit numbers from text and from numbers", async () => {
    const object = { namespace: "n", api_version: "apps/v1", kind: "Deployment", name: "d" };
    const scaling = (max_replicas: unknown) => ({
      auto_scaler: {
        scaling_backend: { kubernetes_replicas: { kubernetes_object_selector: object, max_replicas } },
        scaling_parameters: { scale_out_alerter: { alert_name: "out" }, scale_in_alerter: { alert_name: "in" } },
      },
    });
    for (const written of ["10", 10]) {
      const spec = { circuit: { components: [{ auto_scale: scaling(written) }] } };
      const policy = await loadOne({ yaml: JSON.stringify(spec), name: "p" });
      const backend = policy.spec.circuit?.components[0]?.auto_scale?.auto_scaler?.scaling_backend;
      expect(backend?.kubernetes_replicas?.max_replicas).to.equal(10);
    }
  });

  it("reads a circuit inside a circuit", async () => {
    const yaml = `
      circuit:
        components:
          - variable: { constant_output: { value: 1 }, out_ports: { output: { signal_name: X } } }
          - nested_circuit:
              in_ports_map: { p: { signal_name: X } }
              components:
                - nested_signal_ingress: { port_name: p, out_ports: { signal: { signal_name: X } } }
    `;
    const policy = await loadOne({ yaml, name: "p" });
    expect(policy.spec.circuit?.components[1]?.nested_circuit?.components).to.have.length(1);
  });

  describe("gives a hash that", () => {
    const yaml =
      "kind: Policy\napiVersion: fluxninja.com/v1alpha1\nmetadata: { name: p }\nspec: { circuit: { components: [ { max: {} }, { min: {} } ] } }";
    const hashOf = async (text: string) => (await loadOne({ yaml: text, name: "p" })).hash;

    it("has 16 bytes in hexadecimal", async () => {
      expect(await hashOf(yaml)).to.match(/^[0-9a-f]{32}$/);
    });

    it("stays with comments, the order of keys and defaults that are written", async () => {
      const other = `# hello\nmetadata: { name: p, labels: { a: b } }\nspec:\n  circuit:\n    components: [{ max: {} }, { min: {} }]\n    evaluation_interval: 1000ms\nkind: Policy\napiVersion: fluxninja.com/v1alpha1\n`;
      expect(await hashOf(other)).to.equal(await hashOf(yaml));
    });

    it("changes with what the policy says", async () => {
      expect(await hashOf(yaml.replace("min", "or"))).not.to.equal(await hashOf(yaml));
      expect(await hashOf(yaml.replace("{ max: {} }, { min: {} }", "{ min: {} }, { max: {} }"))).not.to.equal(
        await hashOf(yaml),
      );
    });
  });
});
