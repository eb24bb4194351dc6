import type { Path } from "./policy-document.ts";

/** A policy made from a values file. */
export interface Expansion {
  /** As an author would have written it. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Where in the values file a part of it comes from; the longest `made` that a path starts with counts. */
  readonly origins: readonly Origin[];
}

export interface Origin {
  readonly made: Path;
  readonly from: Path;
}

/** What a values file holds under `policy`, checked against the schema of its blueprint and otherwise as it was written. */
export type BlueprintValues = Readonly<Record<string, unknown>>;

/** Makes a policy of values. */
export type Blueprint = (values: BlueprintValues) => Expansion;

/**
 * The blueprints that can be expanded. Each makes a circuit of three components, as the reference's do: the limiter; a
 * decider that compares the percentage of flows it accepts with 90; and an alerter. The alert fires when 90 % and more are
 * accepted, against its name; it is the reference's graph, and alerts are not evaluated yet.
 */
export const BLUEPRINTS: Readonly<Record<string, Blueprint>> = Object.freeze({
  "rate-limiting/base": limiterBlueprint({
    component: "rate_limiter",
    ports: ["bucket_capacity", "fill_amount"],
    alertName: "More than 90% of requests are being rate limited",
  }),
  "quota-scheduling/base": limiterBlueprint({
    component: "quota_scheduler",
    ports: ["bucket_capacity", "fill_amount"],
    alertName: "More than 90% of requests are being rate limited",
  }),
  "concurrency-limiting/base": limiterBlueprint({
    component: "concurrency_limiter",
    ports: ["max_concurrency"],
    alertName: "Too many inflight requests",
  }),
  "concurrency-scheduling/base": limiterBlueprint({
    component: "concurrency_scheduler",
    ports: ["max_concurrency"],
    alertName: "Too many inflight requests",
  }),
});

interface LimiterBlueprint {
  /** The component, and the key under which its values are. */
  readonly component: string;
  /** The values that become constants at ports; all others have the same names in component and values. */
  readonly ports: readonly string[];
  readonly alertName: string;
}

function limiterBlueprint({ component, ports, alertName }: LimiterBlueprint): Blueprint {
  return (values) => {
    const { alerter, ...limiter } = record(values[component]);
    const constants = ports.map((port) => [port, { constant_signal: { value: limiter[port] } }]);
    const others = Object.entries(limiter).filter(([key]) => !ports.includes(key));
    const made = {
      in_ports: Object.fromEntries(constants),
      out_ports: { accept_percentage: signal("ACCEPT_PERCENTAGE") },
      ...Object.fromEntries(others),
    };
    const added = list(values["components"]);
    const components = [
      { flow_control: { [component]: made } },
      acceptDecider(),
      alertOn(alertName, record(alerter)),
      ...added,
    ];
    return {
      spec: { circuit: { evaluation_interval: "1s", components }, resources: withClassifiers(values["resources"]) },
      origins: [...limiterOrigins(component, ports), ...addedOrigins(components.length - added.length, added.length)],
    };
  };
}

function signal(signal_name: string) {
  return { signal_name };
}

function acceptDecider() {
  const rhs = { constant_signal: { value: 90 } };
  const in_ports = { lhs: signal("ACCEPT_PERCENTAGE"), rhs };
  return { decider: { operator: "gte", in_ports, out_ports: { output: signal("ACCEPT_PERCENTAGE_ALERT") } } };
}

function alertOn(alert_name: string, given: BlueprintValues) {
  return { alerter: { in_ports: { signal: signal("ACCEPT_PERCENTAGE_ALERT") }, parameters: { alert_name, ...given } } };
}

function withClassifiers(given: unknown) {
  const resources = record(given);
  return { ...resources, flow_control: { classifiers: [], ...record(resources["flow_control"]) } };
}

function limiterOrigins(component: string, ports: readonly string[]): readonly Origin[] {
  const made: Path = ["circuit", "components", 0, "flow_control", component];
  const from: Path = ["policy", component];
  return [
    { made, from },
    ...ports.map((port) => ({ made: [...made, "in_ports", port], from: [...from, port] })),
    { made: ["circuit", "components", 2, "alerter", "parameters"], from: [...from, "alerter"] },
    { made: ["resources"], from: ["policy", "resources"] },
    { made: [], from: ["policy"] },
  ];
}

/** Components of the author come after those of the blueprint. */
function addedOrigins(first: number, count: number): readonly Origin[] {
  return Array.from({ length: count }, (_, index) => ({
    made: ["circuit", "components", first + index],
    from: ["policy", "components", index],
  }));
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
