import { type Circuit, circuitsOf, componentsOf } from "./components.ts";
import type { Complain } from "./plain-data.ts";
import type { Path } from "./policy-document.ts";
import type { PolicySpec } from "./schema.ts";
import type { SchedulerSpec } from "./schema-flow-control.ts";
import { checkSignals } from "./signals.ts";

/** What a policy can get wrong although each of its values is right. */
export function validate(spec: PolicySpec, complain: Complain): void {
  for (const circuit of circuitsOf(spec)) {
    checkSignals(circuit, complain);
    checkNestedPorts(circuit, complain);
  }
  for (const { component, path } of componentsOf(spec)) {
    const { quota_scheduler: quota, concurrency_scheduler: concurrency } = component.flow_control ?? {};
    const { load_scheduler: load } = component.flow_control ?? {};
    const at = (...rest: Path) => [...path, "flow_control", ...rest, "scheduler", "workloads"];
    if (quota !== undefined) checkWorkloads(quota.scheduler, at("quota_scheduler"), complain);
    if (concurrency !== undefined) checkWorkloads(concurrency.scheduler, at("concurrency_scheduler"), complain);
    if (load !== undefined) checkWorkloads(load.parameters.scheduler, at("load_scheduler", "parameters"), complain);
  }
  checkCollectors(spec, complain);
}

/** Names are how decisions tell workloads apart, and one without a name is called by its index. */
function checkWorkloads(scheduler: SchedulerSpec | undefined, path: Path, complain: Complain): void {
  const taken = new Set(["default"]);
  for (const [index, { name = "" }] of (scheduler?.workloads ?? []).entries()) {
    taken.add(String(index));
    if (taken.has(name)) complain([...path, index, "name"], `duplicate workload name \`${name}\``);
    if (name !== "") taken.add(name);
  }
}

/** The ports of a nested circuit: each is one component inside it. */
function checkNestedPorts(circuit: Circuit, complain: Complain): void {
  for (const [index, { nested_circuit: nested }] of circuit.components.entries()) {
    if (nested === undefined) continue;
    const path = [...circuit.path, index, "nested_circuit"];
    const inside: Circuit = { id: "", path: [...path, "components"], components: nested.components };
    const ingresses = portNames(inside, "nested_signal_ingress", complain);
    const egresses = portNames(inside, "nested_signal_egress", complain);
    checkMapped(nested.in_ports_map, ingresses, [...path, "in_ports_map"], complain);
    checkMapped(nested.out_ports_map, egresses, [...path, "out_ports_map"], complain);
  }
}

function portNames(
  circuit: Circuit,
  kind: "nested_signal_ingress" | "nested_signal_egress",
  complain: Complain,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, component] of circuit.components.entries()) {
    const port = component[kind]?.port_name;
    if (port === undefined) continue;
    if (names.has(port)) complain([...circuit.path, index, kind, "port_name"], `duplicate port \`${port}\``);
    names.add(port);
  }
  return names;
}

function checkMapped(ports: object | undefined, inside: ReadonlySet<string>, path: Path, complain: Complain): void {
  for (const port of Object.keys(ports ?? {})) {
    if (!inside.has(port)) complain([...path, port], "no component of the nested circuit has this port");
  }
}

function checkCollectors(spec: PolicySpec, complain: Complain): void {
  const names = new Set(Object.keys(spec.resources?.infra_meters ?? {}));
  for (const [index, { infra_meters: meters }] of (spec.resources?.telemetry_collectors ?? []).entries()) {
    for (const name of Object.keys(meters ?? {})) {
      const path = ["resources", "telemetry_collectors", index, "infra_meters", name];
      if (names.has(name)) complain(path, `duplicate infra meter \`${name}\``);
      names.add(name);
    }
  }
}
