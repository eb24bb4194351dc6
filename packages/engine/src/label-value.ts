import type { Labels } from "@aperture-flow/core";

/**
 * What a flow's label says; undefined where it does not have it. Labels come from outside, so `constructor` is one like any
 * other: but what an object inherits is no text. Not `Object.hasOwn`, which was a tenth of a check (Node 20).
 */
export function labelValue(labels: Labels, name: string): string | undefined {
  const value: unknown = labels[name];
  return typeof value === "string" ? value : undefined;
}
