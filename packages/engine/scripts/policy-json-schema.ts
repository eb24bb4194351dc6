import { z } from "zod";
import { policyResource, policySpec } from "../src/policy/schema.ts";
import { kubernetesObject } from "../src/policy/schema-auto-scale.ts";
import { BLUEPRINT_VALUES } from "../src/policy/schema-blueprints.ts";
import { component } from "../src/policy/schema-circuit.ts";
import {
  concurrencyLimiter,
  concurrencyLimiterParameters,
  concurrencyScheduler,
  quotaScheduler,
  rampParameters,
  rateLimiter,
  rateLimiterParameters,
  sampler,
  scheduler,
} from "../src/policy/schema-flow-control.ts";
import {
  aiadParameters,
  aimdParameters,
  alerterParameters,
  gradientParameters,
  loadSchedulerParameters,
} from "../src/policy/schema-load-scheduler.ts";
import { inPort, outPort } from "../src/policy/schema-ports.ts";
import { classifier, fluxMeter, infraMeter, resources } from "../src/policy/schema-resources.ts";
import { expression, labelMatcher, requirement, selector } from "../src/policy/schema-selectors.ts";
import { statusCode } from "../src/policy/schema-values.ts";

/** The part of JSON Schema that policies need. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

/** What is defined once and referred to by name. */
const PARTS: Readonly<Record<string, z.ZodType>> = {
  component,
  selector,
  label_matcher: labelMatcher,
  requirement,
  expression,
  in_port: inPort,
  out_port: outPort,
  rate_limiter: rateLimiter,
  rate_limiter_parameters: rateLimiterParameters,
  quota_scheduler: quotaScheduler,
  concurrency_limiter: concurrencyLimiter,
  concurrency_limiter_parameters: concurrencyLimiterParameters,
  concurrency_scheduler: concurrencyScheduler,
  scheduler,
  sampler,
  ramp_parameters: rampParameters,
  load_scheduler_parameters: loadSchedulerParameters,
  aimd_parameters: aimdParameters,
  aiad_parameters: aiadParameters,
  gradient_parameters: gradientParameters,
  alerter_parameters: alerterParameters,
  classifier,
  flux_meter: fluxMeter,
  infra_meter: infraMeter,
  resources,
  kubernetes_object: kubernetesObject,
  status_code: statusCode,
};

const DOCUMENTS: Readonly<Record<string, z.ZodType>> = {
  ...Object.fromEntries(Object.entries(BLUEPRINT_VALUES).map(([blueprint, values]) => [valuesId(blueprint), values])),
  policy_resource: policyResource,
  policy: policySpec,
};

/** One schema for every file that the engine reads as a policy; what stands at its top says which kind of file it is. */
export function policyJsonSchema(): JsonSchema {
  const { definitions } = withNames({ ...PARTS, ...DOCUMENTS }, () => {
    return z.toJSONSchema(z.object(DOCUMENTS), { io: "input", target: "draft-7" }) as JsonSchema;
  });
  const blueprints = Object.keys(BLUEPRINT_VALUES);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A policy of Aperture Flow",
    type: "object",
    properties: {
      blueprint: { description: "The blueprint that these values are for.", enum: blueprints },
      kind: { description: "The kind of the resource.", const: "Policy" },
    },
    anyOf: ["blueprint", "kind", "circuit", "resources"].map((key) => ({ required: [key] })),
    allOf: [
      ...blueprints.map((blueprint) => ifThen({ blueprint: { const: blueprint } }, valuesId(blueprint))),
      ifThen({ kind: {} }, "policy_resource"),
      ifThen({ circuit: {} }, "policy"),
      ifThen({ resources: {} }, "policy"),
    ],
    definitions: definitions ?? {},
  };
}

/** The registry of names is one for the whole process, and others make JSON Schema too. */
function withNames<Made>(schemas: Readonly<Record<string, z.ZodType>>, make: () => Made): Made {
  const { globalRegistry } = z;
  const unnamed = Object.values(schemas).map((schema) => ({ schema, metadata: globalRegistry.get(schema) }));
  for (const [id, schema] of Object.entries(schemas)) globalRegistry.add(schema, { ...globalRegistry.get(schema), id });
  try {
    return make();
  } finally {
    for (const { schema, metadata } of unnamed) {
      globalRegistry.remove(schema);
      if (metadata !== undefined) globalRegistry.add(schema, metadata);
    }
  }
}

/** What has these properties is that. */
function ifThen(properties: Readonly<Record<string, JsonSchema>>, id: string): JsonSchema {
  const is = { required: Object.keys(properties), properties };
  // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema for it; nobody awaits a schema.
  return { if: is, then: { $ref: `#/definitions/${id}` } };
}

/** Not the name itself: a slash in a reference leads one level down. */
function valuesId(blueprint: string): string {
  return `values of ${blueprint}`.replaceAll(/[ /]/g, "_");
}
