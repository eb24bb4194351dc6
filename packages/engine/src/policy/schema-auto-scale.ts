import { alerterParameters } from "./schema-load-scheduler.ts";
import { inPort, outPort } from "./schema-ports.ts";
import { bigCount, duration, flag, list, mapping, name, number, oneKeyOf, text } from "./schema-values.ts";

/* Scaling is not done by the engine; it is read so that a policy of it is recognised, and refused by name. */

export const kubernetesObject = mapping(() => ({
  agent_group: name().default("default").describe("The agents that watch the object."),
  namespace: name().describe("Its namespace."),
  api_version: name().describe("Its API version, such as `apps/v1`."),
  kind: name().describe("Its kind, such as `Deployment`."),
  name: name().describe("Its name."),
}));

export const scalingBackend = oneKeyOf("backend", () => ({
  kubernetes_replicas: mapping(() => ({
    kubernetes_object_selector: kubernetesObject.describe("What is scaled."),
    min_replicas: bigCount({ gte: 0 }).optional().describe("Fewest replicas."),
    max_replicas: bigCount({ gte: 1 }).optional().describe("Most replicas."),
    out_ports: mapping(() => ({
      actual_scale: outPort.optional().describe("Replicas that run."),
      configured_scale: outPort.optional().describe("Replicas that are asked for."),
      desired_scale: outPort.optional().describe("Replicas that there should be."),
    }))
      .optional()
      .describe("What other components may read of it."),
  }))
    .optional()
    .describe("The replicas of a Kubernetes object."),
}));

export const increasingGradient = mapping(() => ({
  slope: number({ not: 0 }).default(1).describe("Power of signal over setpoint."),
  max_gradient: number({ gte: 1 }).optional().describe("Greatest factor of one step."),
}));

export const decreasingGradient = mapping(() => ({
  slope: number({ not: 0 }).default(1).describe("Power of signal over setpoint."),
  min_gradient: number({ lte: 1 }).optional().describe("Least factor of one step."),
}));

const gradientPorts = mapping(() => ({
  signal: inPort.describe("What is watched."),
  setpoint: inPort.optional().describe("What the signal should be at."),
}));

const scaleOut = mapping(() => ({
  controller: oneKeyOf("controller", () => ({
    gradient: mapping(() => ({
      in_ports: gradientPorts.describe("What says how much to scale."),
      parameters: increasingGradient.describe("How the scale follows."),
    }))
      .optional()
      .describe("Scales with the ratio of signal and setpoint."),
  })).describe("What decides."),
  alerter: alerterParameters.describe("The alert of this controller."),
}));

const scaleIn = mapping(() => ({
  controller: oneKeyOf("controller", () => ({
    gradient: mapping(() => ({
      in_ports: gradientPorts.describe("What says how much to scale."),
      parameters: decreasingGradient.describe("How the scale follows."),
    }))
      .optional()
      .describe("Scales with the ratio of signal and setpoint."),
    periodic: mapping(() => ({
      period: duration().describe("How often to scale in."),
      scale_in_percentage: number({ gt: 0, lte: 100 }).describe("By how much, in percent."),
    }))
      .optional()
      .describe("Scales in again and again."),
  })).describe("What decides."),
  alerter: alerterParameters.describe("The alert of this controller."),
}));

export const scalingParameters = mapping(() => ({
  max_scale_out_percentage: number().default(10).describe("Most to scale out by in one step, in percent."),
  max_scale_in_percentage: number().default(1).describe("Most to scale in by in one step, in percent."),
  scale_out_cooldown: duration().prefault("30s").describe("Time between two steps out."),
  scale_in_cooldown: duration().prefault("120s").describe("Time between two steps in."),
  cooldown_override_percentage: number().default(50).describe("A step out that is greater by this does not wait."),
  scale_out_alerter: alerterParameters.describe("The alert of a step out."),
  scale_in_alerter: alerterParameters.describe("The alert of a step in."),
}));

const dryRun = () => ({
  dry_run: flag().default(false).describe("Whether nothing is scaled."),
  dry_run_config_key: text().optional().describe("The key of the dynamic configuration that replaces `dry_run`."),
});

export const autoScale = oneKeyOf("component of `auto_scale`", () => ({
  auto_scaler: mapping(() => ({
    scaling_backend: scalingBackend.describe("What is scaled."),
    scale_out_controllers: list(scaleOut).default([]).describe("What scales out."),
    scale_in_controllers: list(scaleIn).default([]).describe("What scales in."),
    scaling_parameters: scalingParameters.describe("How fast."),
    ...dryRun(),
  }))
    .optional()
    .describe("Scales a Kubernetes object by several controllers."),
  pod_scaler: mapping(() => ({
    kubernetes_object_selector: kubernetesObject.describe("What is scaled."),
    in_ports: mapping(() => ({ replicas: inPort.describe("Replicas that there should be.") }))
      .optional()
      .describe("How far to scale."),
    out_ports: mapping(() => ({
      actual_replicas: outPort.optional().describe("Replicas that run."),
      configured_replicas: outPort.optional().describe("Replicas that are asked for."),
    }))
      .optional()
      .describe("What other components may read of it."),
    ...dryRun(),
  }))
    .optional()
    .describe("Scales a Kubernetes object to a signal."),
}));
