import type {
  CacheDeleteResponse,
  CacheLookupResponse,
  CacheOperation,
  CheckResponse,
  EndResponse,
  LimiterDecision,
} from "@aperture-flow/core";

/** Answers as scenarios write them: in seconds, texts for bytes, and without what differs from run to run. */
export type Answer = Readonly<Record<string, unknown>>;

export function checkAnswer(response: CheckResponse): Answer {
  const { accepted, decisions } = response;
  const parts = { accepted, decisions: decisions.map(decisionAnswer) };
  if (!response.accepted) {
    const { reason, status, waitMs } = response;
    return { ...parts, reason, status, wait: waitMs / 1000 };
  }
  const { leases, cache } = response;
  return { ...parts, leases: leases.length, cache: cache && lookupAnswer(cache) };
}

function decisionAnswer(decision: LimiterDecision): Answer {
  const { ref, kind, dropped, label, workload, priority, tokens, waitMs, status, reason, error } = decision;
  return {
    policy: ref.policy,
    kind,
    dropped,
    label,
    workload,
    priority,
    ...tokens,
    wait: waitMs / 1000,
    status,
    reason,
    error,
    lease: decision.lease !== undefined,
  };
}

export function endAnswer({ returns }: EndResponse): Answer {
  return { returns: returns.map(({ returned, error }) => ({ returned, error })) };
}

export function lookupAnswer({ result, global }: CacheLookupResponse): Answer {
  const entry = (found: CacheLookupResponse["result"]) =>
    found && { ...found, value: found.value && new TextDecoder().decode(found.value) };
  return { result: entry(result), global: mapped(global, entry) };
}

export function operationAnswer({ result, global }: CacheDeleteResponse): Answer {
  const operation = (done: CacheOperation) => ({ error: done.error });
  return { result: result && operation(result), global: mapped(global, operation) };
}

export function failureAnswer(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  return { failed: message.split("\n") };
}

function mapped<Value>(entries: ReadonlyMap<string, Value>, answer: (value: Value) => unknown): Answer {
  return Object.fromEntries([...entries].map(([key, value]) => [key, answer(value)]));
}
