import type {
  CacheDeleteRequest,
  CacheDeleteResponse,
  CacheLookupRequest,
  CacheLookupResponse,
  CacheUpsertRequest,
  CacheUpsertResponse,
} from "../contract/cache.ts";
import type {
  Accepted,
  CheckRequest,
  CheckResponse,
  EndRequest,
  EndResponse,
  Lease,
  Rejected,
} from "../contract/check.ts";
import type { Awaitable, CallOptions, FlowControl } from "../contract/flow-control.ts";
import type { CheckHttpRequest } from "../contract/http.ts";

/** What a script says of one check: an answer, an error to fail with, or a function that makes either. */
export type ScriptedAnswer =
  | CheckResponse
  | Error
  | ((request: CheckRequest, call: CallOptions) => Awaitable<CheckResponse>);

/**
 * A {@link FlowControl} for tests: it answers checks from a list, the last answer again and again, and remembers what it
 * was asked. Accepts everything when the list is empty. Its caches keep what is written to them, whatever the ttl.
 *
 * @example
 * const control = new ScriptedControl(rejected({ waitMs: 1500 }), accepted());
 * const client = new ApertureClient({ control });
 */
export class ScriptedControl implements FlowControl {
  readonly checks: CheckRequest[] = [];
  readonly httpChecks: CheckHttpRequest[] = [];
  readonly ends: EndRequest[] = [];
  readonly #script: ScriptedAnswer[];
  readonly #held: Lease[] = [];
  readonly #entries = new Map<string, Uint8Array>();

  constructor(...script: ScriptedAnswer[]) {
    this.#script = script;
  }

  /** Adds answers to the end of the list. */
  add(...answers: ScriptedAnswer[]): void {
    this.#script.push(...answers);
  }

  /** Leases that were handed out and have not come back; one that was handed out twice is listed twice. */
  get heldLeases(): readonly Lease[] {
    return [...this.#held];
  }

  check(request: CheckRequest, call: CallOptions = {}): Awaitable<CheckResponse> {
    this.checks.push(request);
    const answer = this.#next(request, call);
    return answer instanceof Promise ? answer.then((given) => this.#lend(request, given)) : this.#lend(request, answer);
  }

  checkHttp(request: CheckHttpRequest, call: CallOptions = {}): Awaitable<CheckResponse> {
    this.httpChecks.push(request);
    return this.check(request, call);
  }

  end(request: EndRequest): EndResponse {
    this.ends.push(request);
    return { returns: request.leases.map((lease) => ({ lease, returned: this.#takeBack(lease) })) };
  }

  cacheLookup(request: CacheLookupRequest): CacheLookupResponse {
    const find = (key: string) => {
      const value = this.#entries.get(key);
      return value === undefined ? { hit: false } : { hit: true, value };
    };
    const { resultKey, controlPoint, globalKeys = [] } = request;
    const global = new Map(globalKeys.map((key) => [key, find(`global ${key}`)]));
    return resultKey === undefined ? { global } : { result: find(resultEntry(controlPoint, resultKey)), global };
  }

  cacheUpsert({ controlPoint, result, global = [] }: CacheUpsertRequest): CacheUpsertResponse {
    if (result !== undefined) this.#entries.set(resultEntry(controlPoint, result.key), result.value);
    for (const { key, value } of global) this.#entries.set(`global ${key}`, value);
    return { result: result && {}, global: new Map(global.map(({ key }) => [key, {}])) };
  }

  cacheDelete({ controlPoint, resultKey, globalKeys = [] }: CacheDeleteRequest): CacheDeleteResponse {
    if (resultKey !== undefined) this.#entries.delete(resultEntry(controlPoint, resultKey));
    for (const key of globalKeys) this.#entries.delete(`global ${key}`);
    return { result: resultKey === undefined ? undefined : {}, global: new Map(globalKeys.map((key) => [key, {}])) };
  }

  async close(): Promise<void> {}

  #next(request: CheckRequest, call: CallOptions): Awaitable<CheckResponse> {
    const answer = this.#script.length > 1 ? this.#script.shift() : this.#script[0];
    if (answer instanceof Error) throw answer;
    if (typeof answer === "function") return answer(request, call);
    return answer ?? accepted();
  }

  #lend({ controlPoint, cache }: CheckRequest, response: CheckResponse): CheckResponse {
    if (!response.accepted) return response;
    this.#held.push(...response.leases);
    if (cache === undefined || response.cache !== undefined) return response;
    return { ...response, cache: this.cacheLookup({ controlPoint, ...cache }) };
  }

  #takeBack({ id }: Lease): boolean {
    const index = this.#held.findIndex((held) => held.id === id);
    if (index !== -1) this.#held.splice(index, 1);
    return index !== -1;
  }
}

/** Begins with a bracket, so that no control point's name makes it a global key. */
function resultEntry(controlPoint: string, key: string): string {
  return JSON.stringify([controlPoint, key]);
}

/** An accepted check, holding nothing unless told to. */
export function accepted(parts: Partial<Omit<Accepted, "accepted">> = {}): Accepted {
  return { accepted: true, decisions: [], leases: [], ...parts };
}

/** A rejected check: rate limited, 429 and no known wait unless told otherwise. */
export function rejected(parts: Partial<Omit<Rejected, "accepted">> = {}): Rejected {
  return { accepted: false, reason: "rate-limited", status: 429, waitMs: 0, decisions: [], ...parts };
}
