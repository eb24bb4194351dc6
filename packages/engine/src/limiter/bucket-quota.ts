import type { Quota } from "@aperture-flow/core";
import { timeToFillMs } from "../arithmetic/token-bucket.ts";
import type { BucketSettings } from "../backend/backend.ts";

/** What clients may be told of a bucket. */
export function bucketQuota(bucket: BucketSettings): Quota {
  const windowMs = bucket.fillAmount === 0 ? Number.POSITIVE_INFINITY : timeToFillMs(bucket, bucket.capacity);
  return Object.freeze({ limit: bucket.capacity, windowMs });
}
