import * as z from "zod";
import { circuit } from "./schema-circuit.ts";
import { resources } from "./schema-resources.ts";
import { anything, byName, mapping, name } from "./schema-values.ts";

/** What a policy says: the part of its document that is not about the document. */
export const policySpec = mapping(() => ({
  circuit: circuit.optional().describe("The components and how they are joined."),
  resources: resources.optional().describe("What the components need besides."),
})).refine((spec) => spec.circuit !== undefined || spec.resources !== undefined, {
  error: "needs a `circuit` or `resources`",
  when: ({ issues }) => issues.length === 0,
});

/** A policy as a Kubernetes resource. What Kubernetes adds to the metadata is let be. */
export const policyResource = mapping(() => ({
  apiVersion: z
    .literal("fluxninja.com/v1alpha1", { error: "expected `fluxninja.com/v1alpha1`" })
    .describe("The version of this format."),
  kind: z.literal("Policy", { error: "expected `Policy`" }).describe("The kind of the resource."),
  metadata: z
    .looseObject({ name: name().describe("The name of the policy.") }, { error: "expected a mapping" })
    .describe("Its name, and labels for others."),
  spec: policySpec.describe("The policy."),
  dynamicConfig: byName(anything()).optional().describe("Values of the `_config_key`s at the start."),
  status: anything().optional().describe("Written by Kubernetes, and ignored."),
}));

export type PolicySpec = z.output<typeof policySpec>;
