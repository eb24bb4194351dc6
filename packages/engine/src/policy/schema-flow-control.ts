import type * as z from "zod";
import { inPort, outPort } from "./schema-ports.ts";
import { labelMatcher, selectors } from "./schema-selectors.ts";
import { duration, flag, integer, list, mapping, number, positiveDuration, statusCode, text } from "./schema-values.ts";

const MAX_IDLE = "7200s";

const acceptPercentageOut = mapping(() => ({
  accept_percentage: outPort.optional().describe("The percentage of flows that the component let through."),
}));

const requestParameters = mapping(() => ({
  tokens_label_key: text().optional().describe("The label that says how many tokens a flow takes; 1 without it."),
  denied_response_status_code: statusCode.optional().describe("HTTP status of a rejection; 429 by default."),
}));

const lazySync = mapping(() => ({
  enabled: flag()
    .default(false)
    .describe("Whether agents may count for themselves between two syncs. An engine in one process has no need to."),
  num_sync: integer({ gte: 1 }).default(4).describe("How many syncs there are in an interval."),
}));

export const rateLimiterParameters = mapping(() => ({
  interval: positiveDuration().describe("The time in which `fill_amount` tokens arrive."),
  limit_by_label_key: text()
    .optional()
    .describe("A bucket for each value of this label; without it, one for all flows. A flow without the label passes."),
  label_key: text().optional().describe("Deprecated name of `limit_by_label_key`."),
  continuous_fill: flag()
    .default(true)
    .describe("Whether tokens drip in evenly, or all of them at the end of each interval."),
  max_idle_time: duration()
    .prefault(MAX_IDLE)
    .describe("A bucket that nobody asked for this long is forgotten, and starts full."),
  delay_initial_fill: flag()
    .default(false)
    .describe("Whether a full bucket starts to fill only after the time that filling it whole would take."),
  lazy_sync: lazySync.optional().describe("How agents share a bucket."),
}));

const bucketPorts = mapping(() => ({
  bucket_capacity: inPort.describe("Most tokens a bucket holds; a bucket starts full."),
  fill_amount: inPort.describe("Tokens that arrive in each interval."),
  pass_through: inPort.optional().describe("While true, every flow passes and no tokens are taken."),
}));

export const rateLimiter = mapping(() => ({
  in_ports: bucketPorts.describe("What the limit is."),
  out_ports: acceptPercentageOut.optional().describe("What other components may read of it."),
  parameters: rateLimiterParameters.describe("How the buckets fill."),
  selectors,
  request_parameters: requestParameters.optional().describe("What single flows cost, and how they are rejected."),
}));

export const workloadParameters = mapping(() => ({
  priority: number({ gt: 0 }).default(1).describe("Twice the priority gets twice the tokens while flows queue."),
  tokens: number({ gte: 0 }).default(1).describe("Tokens that a flow takes; 0 counts as 1."),
  queue_timeout: duration().optional().describe("How long a flow may queue; as long as its caller waits, by default."),
}));

const workload = mapping(() => ({
  label_matcher: labelMatcher.describe("Which flows belong to the workload; the first that matches wins."),
  name: text().optional().describe("What decisions call it; its index by default."),
  parameters: workloadParameters.optional().describe("What its flows get."),
}));

export const scheduler = mapping(() => ({
  workloads: list(workload).default([]).describe("The kinds of flows that are treated differently."),
  default_workload_parameters: workloadParameters.optional().describe("What flows get that belong to no workload."),
  decision_deadline_margin: duration()
    .prefault("0.01s")
    .describe("Taken off the time that the caller waits, so that the answer arrives in time."),
  tokens_label_key: text()
    .optional()
    .describe("The label that says how many tokens a flow takes; wins over the workload's."),
  priority_label_key: text()
    .optional()
    .describe("The label that says which priority a flow has; wins over the workload's."),
  workload_label_key: text()
    .optional()
    .describe("The label that says what a flow's workload is called; its parameters stay those of the matched one."),
  fairness_label_key: text()
    .optional()
    .describe("Flows with different values of this label take turns within a workload."),
  denied_response_status_code: statusCode.optional().describe("HTTP status of a rejection; 503 by default."),
}));

export const quotaScheduler = mapping(() => ({
  in_ports: bucketPorts.describe("What the quota is."),
  out_ports: acceptPercentageOut.optional().describe("What other components may read of it."),
  selectors,
  rate_limiter: rateLimiterParameters.describe("How the buckets fill."),
  scheduler: scheduler.optional().describe("In which order flows get tokens while there are too few."),
}));

export const concurrencyLimiterParameters = mapping(() => ({
  limit_by_label_key: text()
    .optional()
    .describe(
      "Counted for each value of this label; without it, for all flows together. A flow without the label passes.",
    ),
  max_inflight_duration: positiveDuration().describe("A flow that has not ended after this long counts as ended."),
  max_idle_time: duration().prefault(MAX_IDLE).describe("A count that nobody asked for this long is forgotten."),
}));

const concurrencyPorts = mapping(() => ({
  max_concurrency: inPort.describe("Most tokens in flight at once."),
  pass_through: inPort.optional().describe("While true, every flow passes and is not counted."),
}));

export const concurrencyLimiter = mapping(() => ({
  in_ports: concurrencyPorts.describe("What the limit is."),
  out_ports: acceptPercentageOut.optional().describe("What other components may read of it."),
  parameters: concurrencyLimiterParameters.describe("How flows in flight are counted."),
  selectors,
  request_parameters: requestParameters.optional().describe("What single flows cost, and how they are rejected."),
}));

export const concurrencyScheduler = mapping(() => ({
  in_ports: concurrencyPorts.describe("What the limit is."),
  out_ports: acceptPercentageOut.optional().describe("What other components may read of it."),
  selectors,
  concurrency_limiter: concurrencyLimiterParameters.describe("How flows in flight are counted."),
  scheduler: scheduler.optional().describe("In which order flows get in while too many are in flight."),
}));

const samplerParameterShape = () => ({
  selectors,
  session_label_key: text().optional().describe("Flows with the same value of this label get the same answer."),
  denied_response_status_code: statusCode.optional().describe("HTTP status of a rejection; 403 by default."),
});

const passThroughShape = () => ({
  pass_through_label_values: list(text()).default([]).describe("Values of the session label that always pass."),
  pass_through_label_values_config_key: text()
    .optional()
    .describe("The key of the dynamic configuration that replaces that list."),
});

export const sampler = mapping(() => ({
  in_ports: mapping(() => ({
    accept_percentage: inPort.optional().describe("The percentage of flows to let through; all where it is invalid."),
  }))
    .optional()
    .describe("What share of flows passes."),
  parameters: mapping(() => ({
    ...samplerParameterShape(),
    ramp_mode: flag().default(false).describe("Whether flows in ramp mode need this component to let them in."),
  })).describe("Which flows are sampled, and how."),
  ...passThroughShape(),
}));

const rampStep = mapping(() => ({
  target_accept_percentage: number({ gte: 0, lte: 100 }).describe("The percentage of flows at the end of the step."),
  duration: duration().describe("How long the step takes."),
}));

export const rampParameters = mapping(() => ({
  sampler: mapping(() => ({
    ...samplerParameterShape(),
    ramp_mode: flag().default(true).describe("Always true in a load ramp."),
  })).describe("Which flows the ramp lets in."),
  steps: list(rampStep)
    .min(1, { error: "expected a list with at least one element" })
    .describe("How the share of flows rises."),
}));

export const loadRamp = mapping(() => ({
  in_ports: mapping(() => ({
    forward: inPort.optional().describe("While true, the ramp moves on."),
    backward: inPort.optional().describe("While true, the ramp moves back."),
    reset: inPort.optional().describe("While true, the ramp is at its start."),
  }))
    .optional()
    .describe("What moves the ramp."),
  out_ports: mapping(() => ({
    accept_percentage: outPort.optional().describe("The percentage of flows let in."),
    at_start: outPort.optional().describe("True at the start of the ramp."),
    at_end: outPort.optional().describe("True at the end of the ramp."),
  }))
    .optional()
    .describe("What other components may read of it."),
  parameters: rampParameters.describe("The ramp."),
  ...passThroughShape(),
}));

export type RateLimiterSpec = z.output<typeof rateLimiter>;
export type QuotaSchedulerSpec = z.output<typeof quotaScheduler>;
export type ConcurrencyLimiterSpec = z.output<typeof concurrencyLimiter>;
export type ConcurrencySchedulerSpec = z.output<typeof concurrencyScheduler>;
export type SamplerSpec = z.output<typeof sampler>;
export type LoadRampSpec = z.output<typeof loadRamp>;
export type SchedulerSpec = z.output<typeof scheduler>;
export type WorkloadParameters = z.output<typeof workloadParameters>;
