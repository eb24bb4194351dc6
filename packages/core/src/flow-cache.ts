import { Buffer } from "node:buffer";
import type { CacheEntry, CacheEntryLookup, CacheOperation } from "./contract/cache.ts";
import { errorFrom } from "./contract/errors.ts";
import { LookupStatus } from "./contract/flow-status.ts";

/** What a flow wants to remember. */
export interface FlowCacheEntry {
  /** Text is stored as UTF-8. */
  readonly value: Uint8Array | string;
  /** Milliseconds, or the reference's seconds and nanoseconds. Above 0; more than a week counts as a week. */
  readonly ttl: number | { readonly seconds: number; readonly nanos?: number | undefined };
}

/** What a cache held when the flow started. */
export interface KeyLookupResponse {
  getLookupStatus(): LookupStatus;
  /** Why the look-up could not be made; such a look-up is a miss. */
  getError(): Error | undefined;
  /** The bytes of a hit. */
  getValue(): Buffer | undefined;
}

/** What became of a write or a delete. Neither throws: a cache is a help, not a dependency. */
export interface KeyOperationResponse {
  getError(): Error | undefined;
}

export const WEEK_MS = 7 * 24 * 3_600_000;

/** @throws TypeError for a value that is no bytes, and for a time not above 0, which an agent would take for "one week". */
export function cacheEntry(key: string, { value, ttl }: FlowCacheEntry): CacheEntry {
  const ttlMs = typeof ttl === "number" ? ttl : ttl.seconds * 1000 + (ttl.nanos ?? 0) / 1e6;
  if (!(ttlMs > 0)) throw new TypeError(`a cache entry's ttl must be above 0 milliseconds, got ${ttlMs}`);
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`a cache entry's value must be text or bytes, got ${typeof value}`);
  return { key, value: bytes, ttlMs: Math.min(ttlMs, WEEK_MS) };
}

export function lookupResponse(lookup: CacheEntryLookup | undefined, missing: string): KeyLookupResponse {
  const problem = lookup === undefined ? missing : lookup.error;
  const error = problem === undefined ? undefined : new Error(problem);
  const value = lookup?.hit === true ? Buffer.from(lookup.value ?? []) : undefined;
  return {
    getLookupStatus: () => (value === undefined ? LookupStatus.Miss : LookupStatus.Hit),
    getError: () => error,
    getValue: () => value,
  };
}

/** Never rejects: what the operation throws becomes its answer. */
export async function operationResponse(
  operate: () => Promise<CacheOperation | undefined>,
): Promise<KeyOperationResponse> {
  let error: Error | undefined;
  try {
    const done = await operate();
    if (done === undefined) error = new Error("the cache gave no answer for this key");
    else if (done.error !== undefined) error = new Error(done.error);
  } catch (cause) {
    error = errorFrom(cause);
  }
  return { getError: () => error };
}
