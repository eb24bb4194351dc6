import { BUCKET_WIDTH, type BucketSettings, startFull } from "../../src/arithmetic/token-bucket.ts";

/** The bucket of a key that nobody asked for before, at the beginning of an array of its own. */
export function newBucket(settings: BucketSettings, nowMs = 0): Float64Array {
  const bucket = new Float64Array(BUCKET_WIDTH);
  startFull(bucket, 0, settings, nowMs);
  return bucket;
}
