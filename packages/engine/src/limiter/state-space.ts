import type { ComponentRef } from "@aperture-flow/core";

/**
 * The space of one component in a backend. No two components, and no two kinds of state, share one, whatever their names
 * contain. The hash is part of it: a changed policy starts afresh, an unchanged one keeps its state across a reload, and
 * processes with equal policies share it.
 */
export function stateSpace(kind: "tokens" | "slots", { policy, component, policyHash }: ComponentRef): string {
  return `${kind}:${escaped(policy)}:${escaped(component)}:${escaped(policyHash)}:`;
}

function escaped(name: string): string {
  return name.replaceAll("%", "%25").replaceAll(":", "%3A");
}
