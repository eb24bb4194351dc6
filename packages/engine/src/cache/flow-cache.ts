import type {
  Awaitable,
  CacheDeleteRequest,
  CacheDeleteResponse,
  CacheEntry,
  CacheEntryLookup,
  CacheLookupRequest,
  CacheLookupResponse,
  CacheOperation,
  CacheUpsertRequest,
  CacheUpsertResponse,
} from "@aperture-flow/core";
import type { StateBackend } from "../backend/backend.ts";

/** Entries live at most this long, and this long where they do not say. */
const MAX_TTL_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * The cache of results, one name space a control point, and the global one. It never fails: an error is part of the
 * answer for the key that had it, and a look-up that failed is a miss.
 */
export class FlowCache {
  readonly #backend: StateBackend;

  constructor(backend: StateBackend) {
    this.#backend = backend;
  }

  lookUp({ controlPoint, resultKey, globalKeys = [] }: CacheLookupRequest): Awaitable<CacheLookupResponse> {
    const asked = [...addresses(controlPoint, resultKey, globalKeys)];
    const usable = asked.filter(({ error }) => error === undefined);
    const answer = (values: readonly (Uint8Array | undefined)[], failure?: string): CacheLookupResponse => {
      let next = 0;
      return gathered(asked, ({ error = failure }): CacheEntryLookup => {
        if (error !== undefined) return { hit: false, error };
        const value = values[next++];
        return value === undefined ? { hit: false } : { hit: true, value };
      });
    };
    if (usable.length === 0) return answer([]);
    return attempt(
      () => this.#backend.getEntries(usable.map(({ address }) => address)),
      answer,
      (error) => answer([], error),
    );
  }

  upsert({ controlPoint, result, global = [] }: CacheUpsertRequest): Awaitable<CacheUpsertResponse> {
    const entries = new Map(global.map((entry) => [entry.key, entry]));
    const asked = [...addresses(controlPoint, result?.key, entries.keys())];
    return this.#each(asked, ({ address, key, isResult }) => {
      const { value, ttlMs } = (isResult ? result : entries.get(key)) as CacheEntry;
      if (ttlMs < 0) return this.#backend.deleteEntries([address]);
      return this.#backend.setEntry(address, value, ttlMs > 0 ? Math.min(ttlMs, MAX_TTL_MS) : MAX_TTL_MS);
    });
  }

  /** Deleting a missing key succeeds. */
  delete({ controlPoint, resultKey, globalKeys = [] }: CacheDeleteRequest): Awaitable<CacheDeleteResponse> {
    const asked = [...addresses(controlPoint, resultKey, globalKeys)];
    return this.#each(asked, ({ address }) => this.#backend.deleteEntries([address]));
  }

  #each(asked: readonly Address[], run: (address: Address) => Awaitable<void>): Awaitable<CacheUpsertResponse> {
    const operations = asked.map((address): Awaitable<CacheOperation> => {
      if (address.error !== undefined) return { error: address.error };
      return attempt(
        () => run(address),
        () => ({}),
        (error) => ({ error }),
      );
    });
    const answer = (settled: readonly CacheOperation[]) =>
      gathered(asked, (_, index) => settled[index] as CacheOperation);
    return operations.some((operation) => operation instanceof Promise)
      ? Promise.all(operations).then(answer)
      : answer(operations as CacheOperation[]);
  }
}

/** Where one key of a request is kept, or why it cannot be. */
interface Address {
  readonly key: string;
  readonly address: string;
  readonly isResult: boolean;
  readonly error: string | undefined;
}

/** The result key first, if there is one; then the global keys, each once. */
function* addresses(
  controlPoint: string,
  resultKey: string | undefined,
  globalKeys: Iterable<string>,
): Generator<Address> {
  if (resultKey !== undefined && resultKey !== "") {
    const error = controlPoint === "" ? "a result key needs a control point" : undefined;
    // The length keeps the two names apart, whatever they contain.
    const address = `cache:result:${controlPoint.length}:${controlPoint}:${resultKey}`;
    yield { key: resultKey, address, isResult: true, error };
  }
  for (const key of new Set(globalKeys)) {
    const error = key === "" ? "a cache key cannot be empty" : undefined;
    yield { key, address: `cache:global:${key}`, isResult: false, error };
  }
}

function gathered<T>(
  asked: readonly Address[],
  answerOf: (address: Address, index: number) => T,
): { result?: T; global: Map<string, T> } {
  const answer: { result?: T; global: Map<string, T> } = { global: new Map() };
  for (const [index, address] of asked.entries()) {
    if (address.isResult) answer.result = answerOf(address, index);
    else answer.global.set(address.key, answerOf(address, index));
  }
  return answer;
}

function attempt<T, U>(run: () => Awaitable<T>, done: (value: T) => U, failed: (error: string) => U): Awaitable<U> {
  const explain = (error: unknown) => failed(error instanceof Error ? error.message : String(error));
  try {
    const value = run();
    return value instanceof Promise ? value.then(done, explain) : done(value);
  } catch (error) {
    return explain(error);
  }
}
