/**
 * Two name spaces: result keys belong to one control point and are looked up on the way through a check; global keys are
 * shared by all control points.
 */
export interface CacheLookupRequest {
  readonly controlPoint: string;
  readonly resultKey?: string | undefined;
  readonly globalKeys?: readonly string[] | undefined;
}

/** What the cache holds of the keys that were asked for. */
export interface CacheLookupResponse {
  /** Absent when no result key was asked for. */
  readonly result?: CacheEntryLookup | undefined;
  readonly global: ReadonlyMap<string, CacheEntryLookup>;
}

/** What the cache holds of one key. */
export interface CacheEntryLookup {
  readonly hit: boolean;
  /** Present on a hit; an empty value is a hit too. */
  readonly value?: Uint8Array | undefined;
  readonly error?: string | undefined;
}

/** Values to keep: the result of a control point, and values that all control points share. */
export interface CacheUpsertRequest {
  readonly controlPoint: string;
  readonly result?: CacheEntry | undefined;
  readonly global?: readonly CacheEntry[] | undefined;
}

/** A value to keep under a key. */
export interface CacheEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Up to one week. */
  readonly ttlMs: number;
}

/** Keys to forget. */
export interface CacheDeleteRequest {
  readonly controlPoint: string;
  readonly resultKey?: string | undefined;
  readonly globalKeys?: readonly string[] | undefined;
}

/** What became of each key of an upsert. */
export interface CacheUpsertResponse {
  readonly result?: CacheOperation | undefined;
  readonly global: ReadonlyMap<string, CacheOperation>;
}

/** What became of each key of a delete; deleting a missing key succeeds. */
export type CacheDeleteResponse = CacheUpsertResponse;

/** What became of one value or key; nothing was wrong where there is no error. */
export interface CacheOperation {
  readonly error?: string | undefined;
}
