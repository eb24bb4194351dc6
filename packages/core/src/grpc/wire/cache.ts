import { Buffer } from "node:buffer";
import type {
  CacheDeleteRequest,
  CacheEntry,
  CacheEntryLookup,
  CacheLookupRequest,
  CacheLookupResponse,
  CacheOperation,
  CacheUpsertRequest,
  CacheUpsertResponse,
} from "../../contract/cache.ts";
import { durationFromMs, msFromDuration } from "./duration.ts";
import type {
  WireCacheEntry,
  WireCacheKeys,
  WireCacheLookupResponse,
  WireCacheOperations,
  WireCacheUpsertRequest,
  WireKeyLookup,
  WireKeyOperation,
} from "./messages.ts";
import { wellFormed } from "./well-formed.ts";

const HIT = 0;
const MISS = 1;
const SUCCESS = 0;
const ERROR = 1;

const WEEK_MS = 7 * 24 * 3_600_000;

/** Look-ups and deletes name keys in the same way. */
export function wireFromCacheKeys(request: CacheLookupRequest | CacheDeleteRequest): WireCacheKeys {
  const { controlPoint, resultKey, globalKeys } = request;
  return {
    control_point: wellFormed(controlPoint),
    result_cache_key: resultKey && wellFormed(resultKey),
    global_cache_keys: globalKeys?.map(wellFormed),
  };
}

export function cacheKeysFromWire(wire: WireCacheKeys): CacheLookupRequest {
  return {
    controlPoint: wire.control_point ?? "",
    resultKey: wire.result_cache_key || undefined,
    globalKeys: wire.global_cache_keys ?? [],
  };
}

export function cacheLookupFromWire(wire: WireCacheLookupResponse): CacheLookupResponse {
  const { result_cache_response: result, global_cache_responses: global } = wire;
  return { result: result && keyLookupFromWire(result), global: mapFromWire(global, keyLookupFromWire) };
}

/** "Hit" is the default of the wire, and an empty value is a value. */
function keyLookupFromWire(wire: WireKeyLookup): CacheEntryLookup {
  const { lookup_status: lookup = HIT, operation_status: operation = SUCCESS } = wire;
  if (operation !== SUCCESS) return { hit: false, error: wire.error || "the agent's cache could not be read" };
  if (lookup === MISS) return { hit: false };
  if (lookup !== HIT) return { hit: false, error: `the agent's cache gave the unknown status ${lookup}` };
  return { hit: true, value: wire.value ?? Buffer.alloc(0) };
}

export function wireFromCacheLookup({ result, global }: CacheLookupResponse): WireCacheLookupResponse {
  return {
    result_cache_response: result && wireFromKeyLookup(result),
    global_cache_responses: wireFromMap(global, wireFromKeyLookup),
  };
}

function wireFromKeyLookup({ hit, value, error }: CacheEntryLookup): WireKeyLookup {
  return {
    value: hit ? value : undefined,
    lookup_status: hit ? HIT : MISS,
    operation_status: error === undefined ? SUCCESS : ERROR,
    error,
  };
}

export function wireFromCacheUpsert({ controlPoint, result, global = [] }: CacheUpsertRequest): WireCacheUpsertRequest {
  return {
    control_point: wellFormed(controlPoint),
    result_cache_entry: result && wireFromEntry(result),
    global_cache_entries: Object.fromEntries(global.map((entry) => [wellFormed(entry.key), wireFromEntry(entry)])),
  };
}

function wireFromEntry({ key, value, ttlMs }: CacheEntry): WireCacheEntry {
  return { key: wellFormed(key), value, ttl: durationFromMs(ttlMs) };
}

/** Entries without a key are passed over, as the reference's agent does. */
export function cacheUpsertFromWire(wire: WireCacheUpsertRequest): CacheUpsertRequest {
  const { result_cache_entry: result, global_cache_entries: global = {} } = wire;
  return {
    controlPoint: wire.control_point ?? "",
    result: result?.key ? entryFromWire(result.key, result) : undefined,
    global: Object.entries(global)
      .filter(([key]) => key !== "")
      .map(([key, entry]) => entryFromWire(key, entry)),
  };
}

function entryFromWire(key: string, { value, ttl }: WireCacheEntry): CacheEntry {
  const ttlMs = msFromDuration(ttl);
  return { key, value: value ?? Buffer.alloc(0), ttlMs: ttlMs > 0 ? Math.min(ttlMs, WEEK_MS) : WEEK_MS };
}

/** Upserts and deletes are answered in the same way. */
export function cacheOperationsFromWire(wire: WireCacheOperations): CacheUpsertResponse {
  const { result_cache_response: result, global_cache_responses: global } = wire;
  return { result: result && operationFromWire(result), global: mapFromWire(global, operationFromWire) };
}

function operationFromWire(wire: WireKeyOperation): CacheOperation {
  const { operation_status: status = SUCCESS } = wire;
  return status === SUCCESS ? {} : { error: wire.error || "the agent's cache could not be written" };
}

export function wireFromCacheOperations({ result, global }: CacheUpsertResponse): WireCacheOperations {
  return {
    result_cache_response: result && wireFromOperation(result),
    global_cache_responses: wireFromMap(global, wireFromOperation),
  };
}

function wireFromOperation({ error }: CacheOperation): WireKeyOperation {
  return { operation_status: error === undefined ? SUCCESS : ERROR, error };
}

function mapFromWire<Wire, Value>(
  wire: Readonly<Record<string, Wire>> | undefined,
  convert: (value: Wire) => Value,
): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const key of Object.keys(wire ?? {})) values.set(key, convert((wire as Record<string, Wire>)[key] as Wire));
  return values;
}

/** `Object.fromEntries` defines properties, so that a key `__proto__` is one too. */
function wireFromMap<Wire, Value>(
  values: ReadonlyMap<string, Value>,
  convert: (value: Value) => Wire,
): Record<string, Wire> {
  return Object.fromEntries(Array.from(values, ([key, value]) => [key, convert(value)]));
}
