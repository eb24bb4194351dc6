import * as z from "zod";
import { autoScale } from "./schema-auto-scale.ts";
import {
  concurrencyLimiter,
  concurrencyScheduler,
  loadRamp,
  quotaScheduler,
  rateLimiter,
  sampler,
} from "./schema-flow-control.ts";
import {
  adaptiveLoadScheduler,
  aiadLoadScheduler,
  aimdLoadScheduler,
  loadScheduler,
  rangeDrivenLoadScheduler,
} from "./schema-load-scheduler.ts";
import { type InPort, inPort, outPort } from "./schema-ports.ts";
import { standardComponents } from "./schema-standard.ts";
import { byName, list, mapping, oneKeyOf, positiveDuration, text } from "./schema-values.ts";

/** The components that decide on flows. */
const flowControl = oneKeyOf("component of `flow_control`", () => ({
  rate_limiter: rateLimiter.optional().describe("Lets flows through at a limited rate."),
  concurrency_limiter: concurrencyLimiter.optional().describe("Lets a limited number of flows run at once."),
  quota_scheduler: quotaScheduler.optional().describe("Queues flows, by priority, for a limited rate."),
  concurrency_scheduler: concurrencyScheduler
    .optional()
    .describe("Queues flows, by priority, for a limited concurrency."),
  load_scheduler: loadScheduler.optional().describe("Lets a share of the load through."),
  aimd_load_scheduler: aimdLoadScheduler.optional().describe("Sheds load by a factor and takes it back by steps."),
  aiad_load_scheduler: aiadLoadScheduler.optional().describe("Sheds load by steps and takes it back by steps."),
  range_driven_load_scheduler: rangeDrivenLoadScheduler
    .optional()
    .describe("Sheds load by where a signal is in a range."),
  adaptive_load_scheduler: adaptiveLoadScheduler.optional().describe("Deprecated name of `aimd_load_scheduler`."),
  load_ramp: loadRamp.optional().describe("Lets a rising share of flows through."),
  sampler: sampler.optional().describe("Lets a share of flows through."),
}));

const plainComponents = () => ({
  flow_control: flowControl.optional().describe("A component that decides on flows."),
  auto_scale: autoScale.optional().describe("A component that scales."),
  ...standardComponents,
});

/** A component whose name is its one key. */
export type Component = z.output<ReturnType<typeof plainComponent>> & {
  readonly nested_circuit?: NestedCircuit | undefined;
};

/** Type of {@link Component}; a nested circuit makes the schema refer to itself, which TypeScript cannot infer. */
function plainComponent() {
  return mapping(plainComponents);
}

export interface NestedCircuit {
  readonly name?: string | undefined;
  readonly short_description?: string | undefined;
  readonly in_ports_map?: Readonly<Record<string, InPort>> | undefined;
  readonly out_ports_map?: Readonly<Record<string, { readonly signal_name: string }>> | undefined;
  readonly components: readonly Component[];
}

export const component: z.ZodType<Component> = z.lazy(() =>
  oneKeyOf("component", () => ({
    ...plainComponents(),
    nested_circuit: mapping(() => ({
      name: text().optional().describe("What it is called."),
      short_description: text().optional().describe("What it is for."),
      in_ports_map: byName(inPort).optional().describe("The signals that its ingresses bring in, by port."),
      out_ports_map: byName(outPort).optional().describe("The signals that its egresses bring out, by port."),
      components: list(component).default([]).describe("Its components."),
    }))
      .optional()
      .describe("A circuit with signals of its own."),
  })),
);

export const circuit = mapping(() => ({
  evaluation_interval: positiveDuration().prefault("1s").describe("How often the circuit computes."),
  components: list(component).default([]).describe("The components. Their order does not matter but for their names."),
}));

export type FlowControlComponent = z.output<typeof flowControl>;
/** `rate_limiter`, `quota_scheduler` and so on. */
export type FlowControlName = keyof FlowControlComponent;
export type Circuit = z.output<typeof circuit>;
