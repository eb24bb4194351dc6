import type { ComponentRef, LimiterKind } from "@aperture-flow/core";
import { ConcurrencyLimiter } from "../limiter/concurrency-limiter.ts";
import type { Limiter, LimiterEnvironment } from "../limiter/limiter.ts";
import { RateLimiter } from "../limiter/rate-limiter.ts";
import { Sampler } from "../limiter/sampler.ts";
import type { StageKind } from "../snapshot.ts";
import { bucketOf } from "./bucket-of.ts";
import type { ConstantPorts } from "./constant-ports.ts";
import type { Patterns } from "./policy.ts";
import { buildConcurrencyScheduler, buildLoadScheduler, buildQuotaScheduler } from "./scheduler-builders.ts";
import type { FlowControlComponent, FlowControlName } from "./schema-circuit.ts";
import type { ConcurrencyLimiterSpec, RateLimiterSpec, SamplerSpec } from "./schema-flow-control.ts";
import type { Selector } from "./schema-selectors.ts";

/** What a component becomes. */
export interface Built {
  readonly kind: LimiterKind;
  readonly stage: StageKind;
  readonly selectors: readonly Selector[];
  readonly create: (ref: ComponentRef, environment: LimiterEnvironment) => Limiter;
}

/** What a builder finds outside of its component. */
export interface Parts {
  readonly ports: ConstantPorts;
  readonly patterns: Patterns;
}

/** Turns what a policy says of one component into the settings of a limiter. */
type Builder<Spec> = (spec: Spec, parts: Parts) => Built;

type Builders = {
  readonly [Name in FlowControlName]?: Builder<NonNullable<FlowControlComponent[Name]>>;
};

/** The components that can be evaluated. One that is missing here is a named error, never silence. */
const BUILDERS: Builders = {
  sampler: buildSampler,
  rate_limiter: buildRateLimiter,
  concurrency_limiter: buildConcurrencyLimiter,
  quota_scheduler: buildQuotaScheduler,
  concurrency_scheduler: buildConcurrencyScheduler,
  load_scheduler: buildLoadScheduler,
};

/** Whether the engine has such components. */
export function hasBuilder(name: string): boolean {
  return Object.hasOwn(BUILDERS, name);
}

/** What the component becomes, or undefined where the engine does not have such components yet. */
export function build(component: FlowControlComponent, parts: Parts): Built | undefined {
  for (const name of Object.keys(component) as FlowControlName[]) {
    const builder = BUILDERS[name] as Builder<unknown> | undefined;
    const spec = component[name];
    if (spec !== undefined) return builder?.(spec, parts);
  }
  return undefined;
}

function buildRateLimiter(
  { in_ports, parameters, selectors, request_parameters }: RateLimiterSpec,
  { ports }: Parts,
): Built {
  const settings = {
    ...bucketOf(in_ports, parameters, ports),
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

/** A limit that is an invalid reading limits nothing. */
function buildConcurrencyLimiter(
  { in_ports, parameters, selectors, request_parameters }: ConcurrencyLimiterSpec,
  { ports }: Parts,
): Built {
  const maxConcurrency = ports.amount("max_concurrency", in_ports.max_concurrency);
  const isPassing = ports.isOn("pass_through", in_ports.pass_through);
  const settings = {
    maxConcurrency: maxConcurrency ?? 0,
    passThrough: isPassing || maxConcurrency === undefined,
    maxInflightMs: parameters.max_inflight_duration,
    idleMs: parameters.max_idle_time,
    limitByLabelKey: parameters.limit_by_label_key,
    tokensLabelKey: request_parameters?.tokens_label_key,
    deniedStatus: request_parameters?.denied_response_status_code,
  };
  return {
    kind: "concurrency-limiter",
    stage: "rate",
    selectors,
    create: (ref, environment) => new ConcurrencyLimiter({ ref, ...settings }, environment),
  };
}

function buildSampler(
  { in_ports, parameters, pass_through_label_values, pass_through_label_values_config_key }: SamplerSpec,
  { ports }: Parts,
): Built {
  const { selectors, session_label_key, denied_response_status_code, ramp_mode } = parameters;
  ports.refuseConfigured("pass_through_label_values_config_key", pass_through_label_values_config_key);
  const settings = {
    acceptPercentage: ports.amount("accept_percentage", in_ports?.accept_percentage),
    sessionLabelKey: session_label_key,
    passThroughLabelValues: pass_through_label_values,
    deniedStatus: denied_response_status_code,
    rampMode: ramp_mode,
  };
  return {
    kind: "sampler",
    stage: ramp_mode ? "ramp" : "sample",
    selectors,
    create: (ref, environment) => new Sampler({ ref, ...settings }, environment),
  };
}
