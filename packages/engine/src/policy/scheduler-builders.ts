import { bucketQuota } from "../limiter/bucket-quota.ts";
import { LimitLabel } from "../limiter/limit-label.ts";
import { ScheduledLimiter } from "../limiter/scheduled-limiter.ts";
import { stateSpace } from "../limiter/state-space.ts";
import { BucketSource } from "../schedule/bucket-source.ts";
import { LoadSource } from "../schedule/load-source.ts";
import { SlotSource } from "../schedule/slot-source.ts";
import type { SchedulerSettings, WorkloadShare } from "../schedule/workload.ts";
import { bucketOf } from "./bucket-of.ts";
import type { Built, Parts } from "./builders.ts";
import { labelPredicate } from "./match.ts";
import type { Patterns } from "./policy.ts";
import {
  type ConcurrencySchedulerSpec,
  type QuotaSchedulerSpec,
  type SchedulerSpec,
  scheduler,
  type WorkloadParameters,
  workloadParameters,
} from "./schema-flow-control.ts";
import type { LoadSchedulerSpec } from "./schema-load-scheduler.ts";

/** A scheduler of tokens that arrive at a rate. */
export function buildQuotaScheduler(spec: QuotaSchedulerSpec, { ports, patterns }: Parts): Built {
  const { bucket, ...limit } = bucketOf(spec.in_ports, spec.rate_limiter, ports);
  const settings = { ...limit, ...schedulerOf(spec.scheduler, patterns), quota: bucketQuota(bucket) };
  const kind = "quota-scheduler";
  return {
    kind,
    stage: "load",
    selectors: spec.selectors,
    create: (ref, environment) => {
      const source = new BucketSource(environment.backend, stateSpace("tokens", ref), bucket);
      return new ScheduledLimiter({ ref, kind, source, ...settings }, environment);
    },
  };
}

/** A scheduler of tokens that come back when flows end. */
export function buildConcurrencyScheduler(spec: ConcurrencySchedulerSpec, { ports, patterns }: Parts): Built {
  const { max_inflight_duration: maxHoldMs, max_idle_time: idleMs } = spec.concurrency_limiter;
  const limitByLabelKey = spec.concurrency_limiter.limit_by_label_key;
  const limit = ports.amount("max_concurrency", spec.in_ports.max_concurrency);
  const passThrough = ports.isOn("pass_through", spec.in_ports.pass_through) || limit === undefined;
  const settings = { passThrough, limitByLabelKey, ...schedulerOf(spec.scheduler, patterns) };
  const label = new LimitLabel(limitByLabelKey);
  const kind = "concurrency-scheduler";
  return {
    kind,
    stage: "concurrency",
    selectors: spec.selectors,
    create: (ref, environment) => {
      const slots = { ref, limit: limit ?? 0, maxHoldMs, idleMs };
      const nameOf = (value: string) => label.nameOf(value);
      const source = new SlotSource(environment.backend, stateSpace("slots", ref), slots, nameOf);
      return new ScheduledLimiter({ ref, kind, source, ...settings }, environment);
    },
  };
}

/** A scheduler of a share of the load that arrives. Dry or without a multiplier, it lets everything through. */
export function buildLoadScheduler(spec: LoadSchedulerSpec, { ports, patterns }: Parts): Built {
  const multiplier = ports.amount("load_multiplier", spec.in_ports.load_multiplier);
  const settings = schedulerOf(spec.parameters.scheduler, patterns);
  const kind = "load-scheduler";
  return {
    kind,
    stage: "load",
    selectors: spec.parameters.selectors,
    create: (ref, environment) => {
      const source = new LoadSource(environment.clock);
      if (multiplier !== undefined && !spec.dry_run) source.decide({ multiplier, passThrough: false });
      return new ScheduledLimiter({ ref, kind, source, ...settings }, environment);
    },
  };
}

interface Scheduling {
  readonly scheduler: SchedulerSettings;
  readonly deniedStatus: number | undefined;
}

/** A scheduler that is left out has all its defaults. */
function schedulerOf(given: SchedulerSpec | undefined, patterns: Patterns): Scheduling {
  const spec = given ?? scheduler.parse({}, { jitless: true });
  return {
    scheduler: {
      workloads: spec.workloads.map(({ name, label_matcher, parameters }) => ({
        ...shareOf(parameters),
        name,
        matches: labelPredicate(label_matcher, patterns),
      })),
      defaultWorkload: shareOf(spec.default_workload_parameters),
      deadlineMarginMs: spec.decision_deadline_margin,
      tokensLabelKey: spec.tokens_label_key,
      priorityLabelKey: spec.priority_label_key,
      workloadLabelKey: spec.workload_label_key,
      fairnessLabelKey: spec.fairness_label_key,
    },
    deniedStatus: spec.denied_response_status_code,
  };
}

function shareOf(given: WorkloadParameters | undefined): WorkloadShare {
  const { priority, tokens, queue_timeout } = given ?? workloadParameters.parse({}, { jitless: true });
  return { priority, tokens, queueTimeoutMs: queue_timeout };
}
