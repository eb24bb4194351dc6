import type { BucketSettings } from "../backend/backend.ts";
import type { ConstantPorts } from "./constant-ports.ts";
import type { RateLimiterSpec } from "./schema-flow-control.ts";

/** What a policy says of a bucket. */
export interface Bucket {
  readonly bucket: BucketSettings;
  readonly passThrough: boolean;
  readonly limitByLabelKey: string | undefined;
}

/** A limit that is an invalid reading limits nothing. */
export function bucketOf(
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
    limitByLabelKey: parameters.limit_by_label_key || parameters.label_key,
  };
}
