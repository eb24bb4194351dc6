import type * as z from "zod";
import { scheduler } from "./schema-flow-control.ts";
import { inPort, outPort } from "./schema-ports.ts";
import { selectors } from "./schema-selectors.ts";
import { byName, duration, flag, list, mapping, name, number, oneOf, text } from "./schema-values.ts";

export const alerterParameters = mapping(() => ({
  alert_name: name().describe("What the alert is called."),
  severity: oneOf("info", "warn", "crit").default("info").describe("How bad it is."),
  resolve_timeout: duration().prefault("5s").describe("How long after the last tick the alert stands."),
  alert_channels: list(text()).default([]).describe("Where it is sent."),
  labels: byName(text()).optional().describe("Labels of the alert."),
}));

export const gradientParameters = mapping(() => ({
  slope: number({ not: 0 }).describe("Power of signal over setpoint: below 0 where a high signal means overload."),
  min_gradient: number().optional().describe("Least factor of one step."),
  max_gradient: number().optional().describe("Greatest factor of one step."),
})).refine(({ min_gradient: least, max_gradient: most }) => least === undefined || most === undefined || least < most, {
  error: "`max_gradient` must be greater than `min_gradient`",
  when: ({ issues }) => issues.length === 0,
});

export const loadSchedulerParameters = mapping(() => ({
  workload_latency_based_tokens: flag()
    .default(false)
    .describe("Whether tokens of a workload follow from how long its flows take."),
  scheduler: scheduler.optional().describe("In which order flows get in while load is shed."),
  selectors,
}));

const dryRunShape = () => ({
  dry_run: flag().default(false).describe("Whether the component only computes, and lets every flow pass."),
  dry_run_config_key: text().optional().describe("The key of the dynamic configuration that replaces `dry_run`."),
});

export const loadScheduler = mapping(() => ({
  in_ports: mapping(() => ({
    load_multiplier: inPort
      .optional()
      .describe("Share of the incoming tokens to let through; all where it is invalid."),
  })).describe("How much load is let through."),
  out_ports: mapping(() => ({
    observed_load_multiplier: outPort.optional().describe("Share of tokens that was let through."),
  }))
    .optional()
    .describe("What other components may read of it."),
  parameters: loadSchedulerParameters.describe("Which flows are scheduled, and how."),
  ...dryRunShape(),
}));

const overloadOut = mapping(() => ({
  is_overload: outPort.optional().describe("Whether there is an overload."),
  desired_load_multiplier: outPort.optional().describe("Share of tokens that should be let through."),
  observed_load_multiplier: outPort.optional().describe("Share of tokens that was let through."),
}));

const confirmation = inPort.optional().describe("While false, nothing is shed whatever the signal says.");

const setpointIn = mapping(() => ({
  signal: inPort.describe("What is watched."),
  setpoint: inPort.describe("What the signal should be at."),
  overload_confirmation: confirmation,
}));

export const aimdParameters = aimdParametersWith(0.025);

function aimdParametersWith(increment: number) {
  return mapping(() => ({
    load_scheduler: loadSchedulerParameters.describe("Which flows are scheduled, and how."),
    gradient: gradientParameters.describe("How the share of load falls while there is an overload."),
    max_load_multiplier: number({ gt: 0 }).default(2).describe("Share at which shedding ends."),
    load_multiplier_linear_increment: number({ gte: 0 })
      .default(increment)
      .describe("What the share rises by every 10 seconds after an overload."),
    alerter: alerterParameters.describe("The alert while load is shed."),
  }));
}

export const aiadParameters = mapping(() => ({
  load_scheduler: loadSchedulerParameters.describe("Which flows are scheduled, and how."),
  min_load_multiplier: number({ gte: 0 }).default(0).describe("Least share that is let through."),
  max_load_multiplier: number({ gte: 0 }).default(2).describe("Share at which shedding ends."),
  load_multiplier_linear_increment: number({ gte: 0 })
    .default(0.025)
    .describe("What the share rises by every 10 seconds after an overload."),
  load_multiplier_linear_decrement: number({ gte: 0 })
    .default(0.05)
    .describe("What the share falls by every 10 seconds of an overload."),
  alerter: alerterParameters.describe("The alert while load is shed."),
}));

const loadScheduling = () => ({
  in_ports: setpointIn.describe("What says that there is an overload."),
  out_ports: overloadOut.optional().describe("What other components may read of it."),
});

export const aimdLoadScheduler = mapping(() => ({
  ...loadScheduling(),
  parameters: aimdParameters.describe("How load is shed and taken back."),
  ...dryRunShape(),
}));

/** Deprecated: AIMD with a smaller increment. */
export const adaptiveLoadScheduler = mapping(() => ({
  ...loadScheduling(),
  parameters: aimdParametersWith(0.0025).describe("How load is shed and taken back."),
  ...dryRunShape(),
}));

export const overloadCondition = oneOf("gt", "lt", "gte", "lte");

export const aiadLoadScheduler = mapping(() => ({
  ...loadScheduling(),
  parameters: aiadParameters.describe("How load is shed and taken back."),
  overload_condition: overloadCondition
    .default("gt")
    .describe("How the signal compares with the setpoint in an overload."),
  ...dryRunShape(),
}));

const throttlePoint = mapping(() => ({
  signal_value: number().describe("The signal at this end."),
  load_multiplier: number({ gte: 0, lte: 1 }).describe("Share of tokens let through at this end."),
}));

export const rangeDrivenLoadScheduler = mapping(() => ({
  in_ports: mapping(() => ({
    signal: inPort.describe("What is watched."),
    overload_confirmation: confirmation,
  })).describe("What says that there is an overload."),
  out_ports: overloadOut.optional().describe("What other components may read of it."),
  parameters: mapping(() => ({
    load_scheduler: loadSchedulerParameters.describe("Which flows are scheduled, and how."),
    low_throttle_threshold: throttlePoint.describe("Where shedding begins."),
    high_throttle_threshold: throttlePoint.describe("Where shedding is greatest."),
    degree: number({ not: 0 }).describe("Degree of the curve between the two."),
    alerter: alerterParameters.describe("The alert while load is shed."),
  })).describe("How load is shed and taken back."),
  ...dryRunShape(),
}));

export type LoadSchedulerSpec = z.output<typeof loadScheduler>;
export type AimdLoadSchedulerSpec = z.output<typeof aimdLoadScheduler>;
export type AiadLoadSchedulerSpec = z.output<typeof aiadLoadScheduler>;
export type RangeDrivenLoadSchedulerSpec = z.output<typeof rangeDrivenLoadScheduler>;
