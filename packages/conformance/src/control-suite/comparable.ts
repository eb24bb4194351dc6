import { Buffer } from "node:buffer";
import type { CacheEntryLookup, CacheLookupResponse, CheckResponse, LimiterDecision } from "@aperture-flow/core";

/**
 * What does not depend on how far away the engine is, as plain data. The wire has no place for quotas, errors and queues
 * of a limiter, counts waits in nanoseconds, and cannot tell a priority of 0 from none. Ids of leases are drawn.
 */
export function comparable(response: CheckResponse): object {
  const rest = response.accepted
    ? { leases: response.leases.map(withoutId), cache: response.cache && comparableCache(response.cache) }
    : { reason: response.reason, status: response.status, waitMs: rounded(response.waitMs) };
  const { accepted } = response;
  return plain({ accepted, decisions: response.decisions.map(comparableDecision), ...rest });
}

export function comparableCache({ result, global }: CacheLookupResponse): object {
  const entries = Array.from(global, ([key, entry]) => [key, comparableEntry(entry)] as const);
  return plain({ result: result && comparableEntry(result), global: Object.fromEntries(entries) });
}

function comparableDecision(decision: LimiterDecision): object {
  const { quota: _, error: __, reason, priority, lease, waitMs, kind, label, ...told } = decision;
  return {
    ...told,
    kind,
    // A load scheduler has one bucket for all flows.
    label: kind === "load-scheduler" ? undefined : label,
    reason: reason === "key-not-found" ? reason : undefined,
    priority: priority || undefined,
    lease: lease && withoutId(lease),
    waitMs: rounded(waitMs),
  };
}

function comparableEntry({ hit, value, error }: CacheEntryLookup): object {
  return { hit, error, value: value && Buffer.from(value).toString("base64") };
}

function withoutId<T extends { readonly id: string }>({ id: _, ...lease }: T): Omit<T, "id"> {
  return lease;
}

function rounded(ms: number): string {
  return ms.toFixed(6);
}

/** Without what is undefined: absent is absent. */
function plain(value: object): object {
  return JSON.parse(JSON.stringify(value));
}
