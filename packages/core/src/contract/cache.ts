/**
 * Two name spaces: result keys belong to one control point and are looked up on the way through a check; global keys are
 * shared by all control points.
 */
export interface CacheLookupRequest {
  readonly controlPoint: string;
  readonly resultKey?: string | undefined;
  readonly globalKeys?: readonly string[] | undefined;
}

export interface CacheLookupResponse {
  /** Absent when no result key was asked for. */
  readonly result?: CacheEntryLookup | undefined;
  readonly global: ReadonlyMap<string, CacheEntryLookup>;
}

export interface CacheEntryLookup {
  readonly hit: boolean;
  /** Present on a hit; an empty value is a hit too. */
  readonly value?: Uint8Array | undefined;
  readonly error?: string | undefined;
}

export interface CacheUpsertRequest {
  readonly controlPoint: string;
  readonly result?: CacheEntry | undefined;
  readonly global?: readonly CacheEntry[] | undefined;
}

export interface CacheEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Up to one week. */
  readonly ttlMs: number;
}

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

export interface CacheOperation {
  readonly error?: string | undefined;
}
