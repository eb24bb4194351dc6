import type { Path } from "./policy-document.ts";
import type { PolicySpec } from "./schema.ts";
import type { Component } from "./schema-circuit.ts";

/** A component, and where it is. */
export interface PlacedComponent {
  /**
   * The indexes that lead to it from the outermost circuit: `root.2`, or `root.2.0` inside a nested circuit. Moving a
   * component changes its id; the hash of the policy changes then too.
   */
  readonly id: string;
  readonly path: Path;
  readonly component: Component;
  /** All components of the same circuit, which is how far its signals reach. */
  readonly circuit: Circuit;
}

export interface Circuit {
  readonly id: string;
  readonly path: Path;
  readonly components: readonly Component[];
}

/** The outermost circuit and all those nested in it, outer ones first. */
export function circuitsOf(spec: PolicySpec): readonly Circuit[] {
  const components = spec.circuit?.components ?? [];
  return withNested({ id: "root", path: ["circuit", "components"], components });
}

function withNested(circuit: Circuit): readonly Circuit[] {
  const nested = circuit.components.flatMap(({ nested_circuit: inner }, index) => {
    if (inner === undefined) return [];
    const path = [...circuit.path, index, "nested_circuit", "components"];
    return withNested({ id: `${circuit.id}.${index}`, path, components: inner.components });
  });
  return [circuit, ...nested];
}

/** All components, those of outer circuits first. */
export function componentsOf(spec: PolicySpec): readonly PlacedComponent[] {
  return circuitsOf(spec).flatMap((circuit) =>
    circuit.components.map((component, index) => ({
      id: `${circuit.id}.${index}`,
      path: [...circuit.path, index],
      component,
      circuit,
    })),
  );
}

/** `rate_limiter`, `decider` and so on: what the component is called in the policy language. */
export function componentName(component: Component): string {
  const inner = component.flow_control ?? component.auto_scale ?? component;
  return Object.keys(inner)[0] ?? "component";
}
