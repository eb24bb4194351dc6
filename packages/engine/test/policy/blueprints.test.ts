import { expect } from "chai";
import { BLUEPRINTS } from "../../src/policy/blueprints.ts";
import { loadPolicies } from "../../src/policy/load.ts";
import { BLUEPRINT_VALUES } from "../../src/policy/schema-blueprints.ts";
import { failure, fixture } from "./policies.ts";

async function specOf(name: string) {
  const [policy] = await loadPolicies(fixture(`good/${name}.yaml`));
  return policy?.spec;
}

const constant = (value: number) => ({ constant_signal: { value } });
const signal = (signal_name: string) => ({ signal_name });

/** What follows the limiter in each circuit. */
function decider() {
  return {
    decider: {
      operator: "gte",
      true_for: 0,
      false_for: 0,
      in_ports: { lhs: signal("ACCEPT_PERCENTAGE"), rhs: constant(90) },
      out_ports: { output: signal("ACCEPT_PERCENTAGE_ALERT") },
    },
  };
}

function alerter(given: object) {
  const parameters = { severity: "info", resolve_timeout: 5000, alert_channels: [], ...given };
  return { alerter: { in_ports: { signal: signal("ACCEPT_PERCENTAGE_ALERT") }, parameters } };
}

const out_ports = { accept_percentage: signal("ACCEPT_PERCENTAGE") };
const RATE_DEFAULTS = { continuous_fill: true, max_idle_time: 7_200_000, delay_initial_fill: false };
const NO_RESOURCES = { flow_control: { classifiers: [] } };

function minimal(flow_control: object, alert_name: string) {
  return {
    circuit: { evaluation_interval: 1000, components: [{ flow_control }, decider(), alerter({ alert_name })] },
    resources: NO_RESOURCES,
  };
}

describe("the blueprint", () => {
  it("rate-limiting/base makes a rate limiter", async () => {
    const rate_limiter = {
      in_ports: { bucket_capacity: constant(5), fill_amount: constant(1) },
      out_ports,
      parameters: { interval: 60_000, ...RATE_DEFAULTS },
      selectors: [{ control_point: "sign-in", service: "any" }],
    };
    expect(await specOf("rate-limiting-minimal")).to.deep.equal(
      minimal({ rate_limiter }, "More than 90% of requests are being rate limited"),
    );
  });

  it("rate-limiting/base passes everything on", async () => {
    const spec = await specOf("rate-limiting-full");
    const [limiter, , alert, added] = spec?.circuit?.components ?? [];
    expect(limiter?.flow_control?.rate_limiter).to.deep.equal({
      in_ports: { bucket_capacity: constant(40), fill_amount: constant(2.5) },
      out_ports,
      parameters: {
        interval: 90_000,
        limit_by_label_key: "tenant",
        continuous_fill: false,
        max_idle_time: 3_600_000,
        delay_initial_fill: true,
        lazy_sync: { enabled: true, num_sync: 5 },
      },
      request_parameters: { tokens_label_key: "cost", denied_response_status_code: 402 },
      selectors: [
        {
          control_point: "search",
          agent_group: "default",
          service: "catalogue.example",
          label_matcher: { match_labels: { "http.method": "GET" } },
        },
        { control_point: "suggest", service: "any" },
      ],
    });
    expect(alert).to.deep.equal(
      alerter({
        alert_name: "More than 90% of requests are being rate limited",
        severity: "warn",
        resolve_timeout: 30_000,
        alert_channels: ["on-call"],
      }),
    );
    expect(added).to.deep.equal({
      variable: { constant_output: { value: 1 }, out_ports: { output: signal("SPARE") } },
    });
    expect(Object.keys(spec?.resources?.flow_control?.flux_meters ?? {})).to.deep.equal(["search-latency"]);
    expect(Object.keys(spec?.resources?.infra_meters ?? {})).to.deep.equal(["host"]);
  });

  it("quota-scheduling/base makes a quota scheduler", async () => {
    const quota_scheduler = {
      in_ports: { bucket_capacity: constant(100), fill_amount: constant(100) },
      out_ports,
      rate_limiter: { interval: 60_000, ...RATE_DEFAULTS },
      selectors: [{ control_point: "geocode", service: "any" }],
    };
    expect(await specOf("quota-scheduling-minimal")).to.deep.equal(
      minimal({ quota_scheduler }, "More than 90% of requests are being rate limited"),
    );
  });

  it("quota-scheduling/base passes everything on", async () => {
    const [limiter] = (await specOf("quota-scheduling-full"))?.circuit?.components ?? [];
    expect(limiter?.flow_control?.quota_scheduler?.scheduler).to.deep.equal({
      decision_deadline_margin: 20,
      priority_label_key: "priority",
      tokens_label_key: "tokens",
      workload_label_key: "workload",
      fairness_label_key: "user",
      denied_response_status_code: 429,
      default_workload_parameters: { priority: 1, tokens: 1, queue_timeout: 2000 },
      workloads: [
        {
          name: "people",
          parameters: { priority: 200, tokens: 1, queue_timeout: 5000 },
          label_matcher: { match_labels: { caller: "app" } },
        },
        {
          parameters: { priority: 50, tokens: 1 },
          label_matcher: { match_list: [{ key: "caller", operator: "In", values: ["batch", "report"] }] },
        },
      ],
    });
  });

  it("concurrency-limiting/base makes a concurrency limiter", async () => {
    const concurrency_limiter = {
      in_ports: { max_concurrency: constant(4) },
      out_ports,
      parameters: { max_inflight_duration: 30_000, max_idle_time: 7_200_000 },
      selectors: [{ control_point: "export", service: "any" }],
    };
    expect(await specOf("concurrency-limiting-minimal")).to.deep.equal(
      minimal({ concurrency_limiter }, "Too many inflight requests"),
    );
  });

  it("concurrency-limiting/base passes everything on", async () => {
    const [limiter, , alert] = (await specOf("concurrency-limiting-full"))?.circuit?.components ?? [];
    expect(limiter?.flow_control?.concurrency_limiter).to.deep.include({
      parameters: { limit_by_label_key: "tenant", max_inflight_duration: 60_000, max_idle_time: 7_200_000 },
      request_parameters: { tokens_label_key: "weight", denied_response_status_code: 429 },
    });
    expect(alert).to.deep.equal(alerter({ alert_name: "exports are full", severity: "crit" }));
  });

  it("concurrency-scheduling/base makes a concurrency scheduler", async () => {
    const concurrency_scheduler = {
      in_ports: { max_concurrency: constant(2) },
      out_ports,
      concurrency_limiter: { max_inflight_duration: 60_000, max_idle_time: 7_200_000 },
      selectors: [{ control_point: "prompt", service: "any" }],
    };
    expect(await specOf("concurrency-scheduling-minimal")).to.deep.equal(
      minimal({ concurrency_scheduler }, "Too many inflight requests"),
    );
  });

  it("concurrency-scheduling/base passes everything on", async () => {
    const [limiter] = (await specOf("concurrency-scheduling-full"))?.circuit?.components ?? [];
    expect(limiter?.flow_control?.concurrency_scheduler).to.deep.include({
      concurrency_limiter: { limit_by_label_key: "user", max_inflight_duration: 60_000, max_idle_time: 7_200_000 },
    });
    expect(limiter?.flow_control?.concurrency_scheduler?.scheduler?.workloads[0]?.name).to.equal("paid");
  });

  it("keeps the classifiers of the author", async () => {
    const classifiers = [
      { selectors: [{ control_point: "a" }], rules: { user: { extractor: { from: "request.http.host" } } } },
    ];
    const rate_limiter = {
      bucket_capacity: 1,
      fill_amount: 1,
      parameters: { interval: "1s" },
      selectors: [{ control_point: "a" }],
    };
    const policy = { policy_name: "p", rate_limiter, resources: { flow_control: { classifiers } } };
    const [loaded] = await loadPolicies({ blueprint: "rate-limiting/base", policy });
    expect(loaded?.spec.resources?.flow_control?.classifiers).to.have.length(1);
  });

  it("takes a bucket of 0 tokens, which nobody gets", async () => {
    const rate_limiter = {
      bucket_capacity: 0,
      fill_amount: 0,
      parameters: { interval: "1s" },
      selectors: [{ control_point: "a" }],
    };
    const [loaded] = await loadPolicies({
      blueprint: "rate-limiting/base",
      policy: { policy_name: "p", rate_limiter },
    });
    expect(loaded?.spec.circuit?.components[0]?.flow_control?.rate_limiter?.in_ports.bucket_capacity).to.deep.equal(
      constant(0),
    );
  });

  const load_scheduler = { selectors: [{ control_point: "a" }] };
  const aiad = { load_scheduling_core: { aiad_load_scheduler: { load_scheduler } } };
  const aiadAt = (setpoint: number) => ({
    load_scheduling_core: { aiad_load_scheduler: { load_scheduler }, setpoint },
  });
  const server = { endpoint: "db:1", username: "u", password: "p" };
  const object = { name: "shop", namespace: "demo" };
  /** The least that each blueprint asks for. */
  const unsupported: Readonly<Record<string, object>> = {
    "load-scheduling/average-latency": {
      load_scheduling_core: { aimd_load_scheduler: { load_scheduler } },
      latency_baseliner: { flux_meter: { selectors: [{ control_point: "a" }] } },
    },
    "load-scheduling/promql": { promql_query: "up", setpoint: 1, overload_condition: "gt", ...aiad },
    "load-scheduling/postgresql": { connections_used_threshold: 40, postgresql: server, ...aiad },
    "load-scheduling/elasticsearch": { search_queue_threshold: 40, elasticsearch: server, ...aiad },
    "load-scheduling/java-gc-k8s": { jmx: { app_namespace: "demo", k8s_pod_regex: "shop-.*" }, ...aiadAt(20) },
    "load-scheduling/java-gc-generic": { jmx: { jmx_host: "shop", jmx_prometheus_port: 8087 }, ...aiadAt(20) },
    "load-scheduling/cpu-overload-protection-k8s": { kubernetes_object_selector: object, ...aiadAt(80) },
    "load-ramping/base": {
      load_ramp: { sampler: load_scheduler, steps: [{ target_accept_percentage: 0, duration: "10s" }] },
    },
    "auto-scaling/pod-auto-scaler": {
      scaling_backend: {
        kubernetes_replicas: {
          kubernetes_object_selector: { ...object, api_version: "apps/v1", kind: "Deployment" },
          max_replicas: "10",
        },
      },
    },
  };

  for (const [blueprint, values] of Object.entries(unsupported)) {
    it(`${blueprint} is known, and said to be unsupported`, async () => {
      const loading = loadPolicies({ blueprint, policy: { policy_name: "p", ...values } });
      expect(await failure(loading)).to.equal(
        `policy object: blueprint: blueprint \`${blueprint}\` is not supported yet`,
      );
    });

    it(`${blueprint} has its own values, and no others`, async () => {
      const message = await failure(loadPolicies({ blueprint, policy: { policy_name: "p", ...values, surplus: 1 } }));
      expect(message.split("\n")).to.include("policy object: policy.surplus: unknown key");
    });
  }

  it("is supported, or known to be unsupported", () => {
    const known = [...Object.keys(BLUEPRINTS), ...Object.keys(unsupported)];
    expect(known).to.have.members(Object.keys(BLUEPRINT_VALUES));
  });
});
