import { BUCKET_WIDTH, type BucketSettings, startFull, type TokenBucket } from "../../src/arithmetic/token-bucket.ts";

/** The bucket of a key that nobody asked for before. */
export function newBucket(settings: BucketSettings, nowMs = 0): TokenBucket {
  const bucket = { cells: new Float64Array(BUCKET_WIDTH), at: 0 };
  startFull(bucket, settings, nowMs);
  return bucket;
}
