import * as z from "zod";
import {
  decreasingGradient,
  increasingGradient,
  kubernetesObject,
  scalingBackend,
  scalingParameters,
} from "./schema-auto-scale.ts";
import { component } from "./schema-circuit.ts";
import {
  concurrencyLimiter,
  concurrencyLimiterParameters,
  quotaScheduler,
  rampParameters,
  rateLimiter,
  rateLimiterParameters,
  scheduler,
} from "./schema-flow-control.ts";
import { aiadParameters, aimdParameters, alerterParameters, overloadCondition } from "./schema-load-scheduler.ts";
import { fluxMeter, resources } from "./schema-resources.ts";
import { selectors } from "./schema-selectors.ts";
import { duration, flag, integer, list, mapping, name, number, oneOf, text } from "./schema-values.ts";

/* The values files of the reference's blueprints. Whatever has the type of a field of the policy language has its schema. */

/** Under `policy`: what all blueprints have, and what is special to one. */
function valuesOf<Shape extends z.ZodRawShape>(blueprint: string, special: () => Shape) {
  return mapping(() => ({
    blueprint: z.literal(blueprint).describe("The blueprint that these values are for."),
    uri: text().optional().describe("Where the reference finds the blueprint; ignored, they are built in."),
    policy: mapping(() => ({
      policy_name: name().describe("The name of the policy."),
      components: list(component).optional().describe("Components to add to the circuit."),
      resources: resources.optional().describe("Resources to add to the policy."),
      ...special(),
    })).describe("The values."),
  }));
}

/** Of an alerter, everything has a default in a values file. */
const alerter = () => alerterParameters.partial().optional().describe("The alert; read, but not evaluated yet.");

const bucket = () => ({
  bucket_capacity: number({ gte: 0 }).describe("Most tokens a bucket holds; a bucket starts full."),
  fill_amount: number({ gte: 0 }).describe("Tokens that arrive in each interval."),
});

const concurrency = () => ({ max_concurrency: number({ gte: 0 }).describe("Most tokens in flight at once.") });

const schedulerValues = scheduler.optional().describe("In which order flows get in while there are too few tokens.");

const confirmation = mapping(() => ({
  query_string: name().describe("The query."),
  threshold: number().describe("What its result is compared with."),
  operator: oneOf("gt", "lt", "gte", "lte", "eq", "neq").describe("How the two are compared."),
}));

const switchedThreshold = mapping(() => ({
  enabled: flag().describe("Whether it counts."),
  threshold: number().describe("The threshold."),
}));

const coreShape = () => ({
  dry_run: flag().optional().describe("Whether nothing is shed."),
  overload_confirmations: list(confirmation).optional().describe("Without which nothing is shed."),
  kubelet_overload_confirmations: mapping(() => ({
    infra_context: kubernetesObject.describe("What is watched."),
    criteria: mapping(() => ({
      pod_cpu: switchedThreshold.optional().describe("Its CPU."),
      pod_memory: switchedThreshold.optional().describe("Its memory."),
    })).describe("What of it is watched."),
  }))
    .partial()
    .optional()
    .describe("Without which nothing is shed."),
});

const aimdCore = mapping(() => ({
  ...coreShape(),
  aimd_load_scheduler: aimdParameters
    .partial({ gradient: true })
    .extend({ alerter: alerter() })
    .describe("How load is shed and taken back."),
}));

const aiadShape = () => ({
  ...coreShape(),
  aiad_load_scheduler: aiadParameters.extend({ alerter: alerter() }).describe("How load is shed and taken back."),
});

const aiadCore = mapping(aiadShape).describe("How load is shed.");
const aiadCoreWithSetpoint = mapping(() => ({
  ...aiadShape(),
  setpoint: number().describe("What the signal should be at."),
})).describe("How load is shed.");

const receiver = () => ({
  agent_group: name().optional().describe("The agents that measure."),
  username: name().describe("The user to measure as."),
  password: name().describe("Their password."),
  endpoint: name().describe("Where to measure."),
  initial_delay: duration().optional().describe("How long to wait first."),
});

const comparedTo = (operators: boolean) =>
  mapping(() => ({
    threshold: number().describe("The threshold."),
    ...(operators
      ? { operator: oneOf("gt", "lt", "gte", "lte", "eq", "neq").describe("How the two are compared.") }
      : {}),
  }))
    .optional()
    .describe("Where the ramp does so.");

const criteria = (operators: boolean) =>
  mapping(() => ({
    forward: comparedTo(operators),
    backward: comparedTo(operators),
    reset: comparedTo(operators),
  })).describe("What moves the ramp.");

const replicaThresholds = mapping(() => ({
  scale_out: switchedThreshold.optional().describe("When to scale out."),
  scale_in: switchedThreshold.optional().describe("When to scale in."),
}))
  .optional()
  .describe("Scaling by use.");

const scaleController = (gradient: z.ZodType) =>
  mapping(() => ({
    query_string: name().describe("The query."),
    setpoint: number().describe("What its result should be at."),
    gradient: gradient.describe("How the scale follows."),
    alerter: alerterParameters.describe("The alert."),
  }));

/** The schema of a whole values file, by the name of its blueprint. */
export const BLUEPRINT_VALUES: Readonly<Record<string, z.ZodType>> = Object.freeze({
  "rate-limiting/base": valuesOf("rate-limiting/base", () => ({
    rate_limiter: mapping(() => ({
      ...bucket(),
      selectors,
      parameters: rateLimiterParameters.describe("How the buckets fill."),
      request_parameters: rateLimiter.shape.request_parameters,
      alerter: alerter(),
    })).describe("The limit."),
  })),
  "quota-scheduling/base": valuesOf("quota-scheduling/base", () => ({
    quota_scheduler: mapping(() => ({
      ...bucket(),
      selectors,
      rate_limiter: quotaScheduler.shape.rate_limiter,
      scheduler: schedulerValues,
      alerter: alerter(),
    })).describe("The quota."),
  })),
  "concurrency-limiting/base": valuesOf("concurrency-limiting/base", () => ({
    concurrency_limiter: mapping(() => ({
      ...concurrency(),
      selectors,
      parameters: concurrencyLimiterParameters.describe("How flows in flight are counted."),
      request_parameters: concurrencyLimiter.shape.request_parameters,
      alerter: alerter(),
    })).describe("The limit."),
  })),
  "concurrency-scheduling/base": valuesOf("concurrency-scheduling/base", () => ({
    concurrency_scheduler: mapping(() => ({
      ...concurrency(),
      selectors,
      concurrency_limiter: concurrencyLimiterParameters.describe("How flows in flight are counted."),
      scheduler: schedulerValues,
      alerter: alerter(),
    })).describe("The limit."),
  })),
  "load-scheduling/average-latency": valuesOf("load-scheduling/average-latency", () => ({
    load_scheduling_core: aimdCore.describe("How load is shed."),
    latency_baseliner: mapping(() => ({
      flux_meter: fluxMeter.describe("What is measured."),
      latency_tolerance_multiplier: number().optional().describe("How much slower than usual is an overload."),
      long_term_query_interval: duration().optional().describe("The time that tells what is usual."),
      long_term_query_periodic_interval: duration().optional().describe("How often to ask."),
    })).describe("What an overload is."),
  })),
  "load-scheduling/promql": valuesOf("load-scheduling/promql", () => ({
    promql_query: name().describe("The signal."),
    setpoint: number().describe("What the signal should be at."),
    overload_condition: overloadCondition.describe("How the signal compares with the setpoint in an overload."),
    load_scheduling_core: aiadCore,
  })),
  "load-scheduling/postgresql": valuesOf("load-scheduling/postgresql", () => ({
    connections_used_threshold: number().describe("The percentage of connections that is an overload."),
    postgresql: mapping(() => ({
      ...receiver(),
      transport: text().optional().describe("How to connect."),
      databases: list(text()).optional().describe("What to measure."),
      tls: mapping(() => ({
        insecure: flag().optional().describe("Whether there is none."),
        insecure_skip_verify: flag().optional().describe("Whether certificates are not verified."),
        cert_file: text().optional().describe("A certificate."),
        key_file: text().optional().describe("Its key."),
        ca_file: text().optional().describe("The authority."),
      }))
        .optional()
        .describe("How to encrypt."),
    })).describe("What is measured."),
    load_scheduling_core: aiadCore,
  })),
  "load-scheduling/elasticsearch": valuesOf("load-scheduling/elasticsearch", () => ({
    search_queue_threshold: number().describe("The length of the queue that is an overload."),
    elasticsearch: mapping(() => ({
      ...receiver(),
      nodes: list(text()).optional().describe("What to measure."),
      indices: list(text()).optional().describe("What to measure."),
      skip_cluster_metrics: flag().optional().describe("Whether not to measure the cluster."),
    })).describe("What is measured."),
    load_scheduling_core: aiadCore,
  })),
  "load-scheduling/java-gc-k8s": valuesOf("load-scheduling/java-gc-k8s", () => ({
    jmx: mapping(() => ({
      jmx_metrics_port: integer({ gte: 1 }).optional().describe("The port to measure."),
      app_namespace: name().describe("The namespace to measure."),
      k8s_pod_regex: name().describe("The pods to measure."),
    })).describe("What is measured."),
    load_scheduling_core: aiadCoreWithSetpoint,
  })),
  "load-scheduling/java-gc-generic": valuesOf("load-scheduling/java-gc-generic", () => ({
    jmx: mapping(() => ({
      jmx_host: name().describe("The host to measure."),
      jmx_prometheus_port: integer({ gte: 1 }).describe("The port to measure."),
    })).describe("What is measured."),
    load_scheduling_core: aiadCoreWithSetpoint,
  })),
  "load-scheduling/cpu-overload-protection-k8s": valuesOf("load-scheduling/cpu-overload-protection-k8s", () => ({
    kubernetes_object_selector: kubernetesObject
      .partial({ api_version: true, kind: true })
      .describe("What is measured."),
    load_scheduling_core: aiadCoreWithSetpoint,
  })),
  "load-ramping/base": valuesOf("load-ramping/base", () => ({
    load_ramp: rampParameters.describe("The ramp."),
    start: flag().optional().describe("Whether the ramp moves from the start."),
    drivers: mapping(() => ({
      promql_drivers: list(mapping(() => ({ query_string: name().describe("The query."), criteria: criteria(true) })))
        .optional()
        .describe("Queries that move the ramp."),
      average_latency_drivers: list(mapping(() => ({ selectors, criteria: criteria(false) })))
        .optional()
        .describe("Latencies that move the ramp."),
      percentile_latency_drivers: list(
        mapping(() => ({
          flux_meter: fluxMeter.describe("What is measured."),
          percentile: number({ gt: 0, lte: 100 }).optional().describe("Which percentile of it."),
          criteria: criteria(false),
        })),
      )
        .optional()
        .describe("Latencies that move the ramp."),
    }))
      .optional()
      .describe("What moves the ramp."),
    kubelet_metrics: mapping(() => ({
      infra_context: kubernetesObject.describe("What is measured."),
      criteria: mapping(() => ({
        pod_cpu: criteria(false).optional().describe("Its CPU."),
        pod_memory: criteria(false).optional().describe("Its memory."),
      })).describe("What of it is measured."),
    }))
      .partial()
      .optional()
      .describe("What moves the ramp."),
  })),
  "auto-scaling/pod-auto-scaler": valuesOf("auto-scaling/pod-auto-scaler", () => ({
    scaling_backend: scalingBackend.describe("What is scaled."),
    dry_run: flag().optional().describe("Whether nothing is scaled."),
    promql_scale_out_controllers: list(scaleController(increasingGradient)).optional().describe("What scales out."),
    promql_scale_in_controllers: list(scaleController(decreasingGradient)).optional().describe("What scales in."),
    scaling_parameters: scalingParameters
      .extend({ scale_out_alerter: alerter(), scale_in_alerter: alerter() })
      .optional()
      .describe("How fast."),
    pod_cpu: replicaThresholds,
    pod_memory: replicaThresholds,
  })),
});
