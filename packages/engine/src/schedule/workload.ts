import type { Labels } from "@aperture-flow/core";
import { labelValue } from "../label-value.ts";
import { flowTokens, numberFromText } from "../limiter/flow-tokens.ts";

/** How a scheduler tells flows apart. */
export interface SchedulerSettings {
  readonly workloads: readonly WorkloadSettings[];
  readonly defaultWorkload: WorkloadShare;
  /** Taken off the time that the caller waits, so that the answer arrives in time. */
  readonly deadlineMarginMs: number;
  readonly tokensLabelKey?: string | undefined;
  readonly priorityLabelKey?: string | undefined;
  readonly workloadLabelKey?: string | undefined;
  readonly fairnessLabelKey?: string | undefined;
}

export interface WorkloadSettings extends WorkloadShare {
  /** What decisions call it; its index by default. */
  readonly name?: string | undefined;
  /** Undefined matches every flow. */
  readonly matches: ((labels: Labels) => boolean) | undefined;
}

/** What the flows of a workload get. */
export interface WorkloadShare {
  /** Above 0; twice the priority gets twice the tokens while flows queue. */
  readonly priority: number;
  /** Tokens a flow takes; 0 counts as 1. */
  readonly tokens: number;
  /** How long a flow may queue; as long as its caller waits, where it is left out. */
  readonly queueTimeoutMs?: number | undefined;
}

/** One flow as a scheduler sees it. */
export interface ScheduledFlow {
  readonly workload: string;
  readonly priority: number;
  readonly tokens: number;
  /** Empty for none. */
  readonly fairness: string;
  readonly queueTimeoutMs: number | undefined;
}

const DEFAULT_NAME = "default";

/** The first workload that matches, and what the flow's own labels say otherwise. */
export function scheduledFlow(
  labels: Labels,
  settings: SchedulerSettings,
  complain: (key: string) => void,
): ScheduledFlow {
  const index = settings.workloads.findIndex(({ matches }) => matches?.(labels) !== false);
  const matched = settings.workloads[index];
  const { priority, tokens, queueTimeoutMs } = matched ?? settings.defaultWorkload;
  const name = matched === undefined ? DEFAULT_NAME : matched.name || String(index);
  return {
    workload: labelOf(labels, settings.workloadLabelKey) ?? name,
    priority: priorityOf(labels, settings.priorityLabelKey) ?? priority,
    tokens: flowTokens(labels, settings.tokensLabelKey, complain, tokens || 1),
    fairness: labelOf(labels, settings.fairnessLabelKey) ?? "",
    queueTimeoutMs,
  };
}

function labelOf(labels: Labels, key: string | undefined): string | undefined {
  return key === undefined || key === "" ? undefined : labelValue(labels, key);
}

/** Nothing can be divided by 0, and an infinite priority would never let anybody else have a turn. */
function priorityOf(labels: Labels, key: string | undefined): number | undefined {
  return numberFromText(labelOf(labels, key) ?? "") || undefined;
}
