import type * as z from "zod";
import { selectors } from "./schema-selectors.ts";
import { anything, byName, flag, integer, list, mapping, name, number, oneKeyOf, text } from "./schema-values.ts";

const from = name().describe("The attribute of the request, such as `request.http.headers.user-id`.");

const extractor = oneKeyOf("extractor", () => ({
  from: from.optional(),
  json: mapping(() => ({
    from,
    pointer: text().optional().describe("The JSON pointer of the value; the whole document by default."),
  }))
    .optional()
    .describe("A value inside JSON."),
  address: mapping(() => ({ from }))
    .optional()
    .describe("An address."),
  jwt: mapping(() => ({
    from,
    json_pointer: text().optional().describe("The JSON pointer of the claim; the whole payload by default."),
  }))
    .optional()
    .describe("A claim of a token."),
  path_templates: mapping(() => ({
    template_values: byName(text())
      .refine((values) => Object.keys(values).length > 0, { error: "expected a mapping with at least one template" })
      .describe("What the label is, by path template."),
  }))
    .optional()
    .describe("A name for the path."),
}));

const classifierRule = mapping(() => ({
  extractor: extractor.describe("Where the label comes from."),
  telemetry: flag().default(true).describe("Whether the label is reported."),
}));

const rego = mapping(() => ({
  module: name().describe("The Rego module."),
  labels: byName(mapping(() => ({ telemetry: flag().default(true).describe("Whether the label is reported.") })))
    .refine((labels) => Object.keys(labels).length > 0, { error: "expected a mapping with at least one label" })
    .describe("The labels that the module gives."),
}));

export const classifier = mapping(() => ({
  selectors,
  rules: byName(classifierRule).optional().describe("Labels, and where they come from."),
  rego: rego.optional().describe("Labels that a Rego module gives."),
}));

/** Given to every flux meter: at most one kind of buckets. */
const buckets = () => ({
  static_buckets: mapping(() => ({ buckets: list(number()).optional().describe("The upper bounds.") }))
    .optional()
    .describe("Bounds one by one."),
  linear_buckets: mapping(() => ({
    start: number().describe("The first bound."),
    width: number().describe("The distance of two bounds."),
    count: integer({ gte: 1 }).describe("How many there are."),
  }))
    .optional()
    .describe("Bounds at equal distances."),
  exponential_buckets: mapping(() => ({
    start: number({ gt: 0 }).describe("The first bound."),
    factor: number({ gt: 1 }).describe("The ratio of two bounds."),
    count: integer({ gte: 1 }).describe("How many there are."),
  }))
    .optional()
    .describe("Bounds at equal ratios."),
  exponential_buckets_range: mapping(() => ({
    min: number({ gt: 0 }).describe("The first bound."),
    max: number().describe("The last bound."),
    count: integer({ gte: 1 }).describe("How many there are."),
  }))
    .optional()
    .describe("Bounds at equal ratios between two."),
});

export const fluxMeter = mapping(() => ({
  ...buckets(),
  attribute_key: name().default("workload_duration_ms").describe("What is measured."),
  selectors,
})).refine((meter) => Object.keys(buckets()).filter((kind) => kind in meter).length <= 1, {
  error: "needs one kind of buckets at most",
  when: ({ issues }) => issues.length === 0,
});

export const infraMeter = mapping(() => ({
  receivers: byName(anything()).optional().describe("Receivers of the OpenTelemetry collector, by name."),
  processors: byName(anything()).optional().describe("Processors of the OpenTelemetry collector, by name."),
  pipeline: mapping(() => ({
    receivers: list(name()).optional().describe("The receivers, in order."),
    processors: list(name()).optional().describe("The processors, in order."),
  }))
    .optional()
    .describe("How they are joined."),
  per_agent_group: flag().default(false).describe("Whether one agent of a group is enough."),
  agent_group: name().default("default").describe("The agents that run it."),
}));

const telemetryCollector = mapping(() => ({
  agent_group: name().optional().describe("The agents that run it."),
  infra_meters: byName(infraMeter).optional().describe("Meters, by name."),
}));

export const resources = mapping(() => ({
  flow_control: mapping(() => ({
    classifiers: list(classifier).default([]).describe("Labels made from HTTP requests."),
    flux_meters: byName(fluxMeter).optional().describe("Measurements of flows, by name."),
  }))
    .optional()
    .describe("What flow control needs besides components."),
  infra_meters: byName(infraMeter)
    .optional()
    .describe("Measurements of other systems, by name. Read, but not run by the engine."),
  telemetry_collectors: list(telemetryCollector).optional().describe("Deprecated: `infra_meters` in another form."),
}));

export type Resources = z.output<typeof resources>;
export type ClassifierSpec = z.output<typeof classifier>;
export type ExtractorSpec = z.output<typeof extractor>;
export type FluxMeterSpec = z.output<typeof fluxMeter>;
