import type { ComponentRef, LimiterKind } from "@aperture-flow/core";
import type { BucketSettings } from "../backend/backend.ts";
import type { Limiter, LimiterEnvironment } from "../limiter/limiter.ts";
import { RateLimiter } from "../limiter/rate-limiter.ts";
import type { StageKind } from "../snapshot.ts";
import type { ConstantPorts } from "./constant-ports.ts";
import type { FlowControlComponent, FlowControlName } from "./schema-circuit.ts";
import type { RateLimiterSpec } from "./schema-flow-control.ts";
import type { Selector } from "./schema-selectors.ts";

/** What a component becomes. */
export interface Built {
  readonly kind: LimiterKind;
  readonly stage: StageKind;
  readonly selectors: readonly Selector[];
  readonly create: (ref: ComponentRef, environment: LimiterEnvironment) => Limiter;
}

/** Turns what a policy says of one component into the settings of a limiter. */
type Builder<Spec> = (spec: Spec, ports: ConstantPorts) => Built;

type Builders = {
  readonly [Name in FlowControlName]?: Builder<NonNullable<FlowControlComponent[Name]>>;
};

/** The components that can be evaluated. One that is missing here is a named error, never silence. */
const BUILDERS: Builders = {
  rate_limiter: buildRateLimiter,
};

/** What the component becomes, or undefined where the engine does not have such components yet. */
export function build(component: FlowControlComponent, ports: ConstantPorts): Built | undefined {
  for (const name of Object.keys(component) as FlowControlName[]) {
    const builder = BUILDERS[name] as Builder<unknown> | undefined;
    const spec = component[name];
    if (spec !== undefined) return builder?.(spec, ports);
  }
  return undefined;
}

function buildRateLimiter(
  { in_ports, parameters, selectors, request_parameters }: RateLimiterSpec,
  ports: ConstantPorts,
): Built {
  const { bucket, passThrough } = bucketOf(in_ports, parameters, ports);
  const settings = {
    bucket,
    passThrough,
    limitByLabelKey: parameters.limit_by_label_key || parameters.label_key,
    tokensLabelKey: request_parameters?.tokens_label_key,
    deniedStatus: request_parameters?.denied_response_status_code,
  };
  return {
    kind: "rate-limiter",
    stage: "rate",
    selectors,
    create: (ref, environment) => new RateLimiter({ ref, ...settings }, environment),
  };
}

interface Bucket {
  readonly bucket: BucketSettings;
  readonly passThrough: boolean;
}

/** A limit that is an invalid reading limits nothing. */
function bucketOf(
  { bucket_capacity, fill_amount, pass_through }: RateLimiterSpec["in_ports"],
  parameters: RateLimiterSpec["parameters"],
  ports: ConstantPorts,
): Bucket {
  const capacity = ports.amount("bucket_capacity", bucket_capacity);
  const fillAmount = ports.amount("fill_amount", fill_amount);
  const isPassing = ports.isOn("pass_through", pass_through);
  return {
    bucket: {
      capacity: capacity ?? 0,
      fillAmount: fillAmount ?? 0,
      fillIntervalMs: parameters.interval,
      continuousFill: parameters.continuous_fill,
      delayInitialFill: parameters.delay_initial_fill,
      idleMs: parameters.max_idle_time,
    },
    passThrough: isPassing || capacity === undefined || fillAmount === undefined,
  };
}
