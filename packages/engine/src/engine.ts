import {
  ApertureError,
  type Awaitable,
  type CacheDeleteRequest,
  type CacheDeleteResponse,
  type CacheLookupRequest,
  type CacheLookupResponse,
  type CacheUpsertRequest,
  type CacheUpsertResponse,
  type CallOptions,
  type CheckHttpRequest,
  type CheckRequest,
  type CheckResponse,
  type EndRequest,
  type EndResponse,
  type FlowControl,
} from "@aperture-flow/core";
import { FlowCache } from "./cache/flow-cache.ts";
import { runStages } from "./check.ts";
import { endFlow } from "./end.ts";
import { withHttpLabels } from "./http-labels.ts";
import type { LimiterEnvironment } from "./limiter/limiter.ts";
import type { EngineObserver } from "./observer.ts";
import type { PolicySource } from "./policy/read.ts";
import { retireLimiters } from "./retire.ts";
import type { BuildContext, PolicySummary, Snapshot } from "./snapshot.ts";

/** What an engine is made of; `createEngine` puts it together. */
export interface EngineParts {
  readonly snapshot: Snapshot;
  readonly environment: LimiterEnvironment;
  readonly agentGroup: string | undefined;
  readonly compile: (policies: PolicySource, context: BuildContext) => Promise<Snapshot>;
  /** Run once when the engine is closed. */
  readonly release: () => Promise<void>;
}

/**
 * Policies evaluated inside the process. Made by {@link createEngine}; give it to `new ApertureClient({ control })`.
 *
 * It answers at once wherever its backend does and no scheduler makes the flow wait.
 */
export class Engine implements FlowControl {
  readonly #parts: EngineParts;
  readonly #observer: EngineObserver;
  readonly #cache: FlowCache;
  #snapshot: Snapshot;
  #replacing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#observer = parts.environment.observer;
    this.#snapshot = parts.snapshot;
    this.#cache = new FlowCache(parts.environment.backend);
  }

  check(request: CheckRequest, call: CallOptions = NO_OPTIONS): Awaitable<CheckResponse> {
    this.#assertOpen();
    const { controlPoint, labels, rampMode } = request;
    const stages = this.#snapshot.match(controlPoint, labels, request.services ?? NO_SERVICES);
    const lookUp = request.cache === undefined ? undefined : this.#lookUpOf(request);
    const response = runStages(stages, { controlPoint, labels, rampMode, call }, lookUp);
    return response instanceof Promise ? this.#observedLater(request, response) : this.#observed(request, response);
  }

  /** All, where an observer is told of whole flows. */
  labelsRead(controlPoint: string): ReadonlySet<string> | undefined {
    return this.#observer.flow === undefined ? this.#snapshot.labelsRead(controlPoint) : undefined;
  }

  /**
   * The labels of the request are those of Aperture's agent, `http.method` and so on; explicit labels win over them, and
   * labels that classifiers make over both.
   */
  checkHttp(request: CheckHttpRequest, call: CallOptions = NO_OPTIONS): Awaitable<CheckResponse> {
    const { controlPoint, rampMode, expectEnd, services } = request;
    const labels = this.#snapshot.classify(request, withHttpLabels(request.http, request.labels));
    return this.check({ controlPoint, labels, rampMode, expectEnd, services }, call);
  }

  end(request: EndRequest): Awaitable<EndResponse> {
    this.#assertOpen();
    return endFlow(request, this.#snapshot, this.#observer);
  }

  cacheLookup(request: CacheLookupRequest): Awaitable<CacheLookupResponse> {
    this.#assertOpen();
    return this.#lookUp(request);
  }

  cacheUpsert(request: CacheUpsertRequest): Awaitable<CacheUpsertResponse> {
    this.#assertOpen();
    return this.#changed("upsert", request.controlPoint, this.#cache.upsert(request));
  }

  cacheDelete(request: CacheDeleteRequest): Awaitable<CacheDeleteResponse> {
    this.#assertOpen();
    return this.#changed("delete", request.controlPoint, this.#cache.delete(request));
  }

  /**
   * Puts another set of policies in force, in one step: flows that are being checked finish on the old one. Policies that
   * did not change keep their state. A set with any mistake is refused whole, with `APERTURE_POLICY_INVALID`, and the old
   * one stays. Calls take effect in their order.
   */
  replacePolicies(policies: PolicySource): Promise<void> {
    this.#assertOpen();
    const replaced = this.#replacing.then(() => this.#replace(policies));
    this.#replacing = replaced.catch(() => undefined);
    return replaced;
  }

  /** What is in force. */
  policies(): readonly PolicySummary[] {
    return this.#snapshot.policies;
  }

  /** Idempotent. Flows that wait are let through. Closes the backend too, unless `createEngine` was given one. */
  close(): Promise<void> {
    this.#closing ??= this.#replacing.then(() => {
      retireLimiters(this.#snapshot);
      return this.#parts.release();
    });
    return this.#closing;
  }

  async #replace(policies: PolicySource): Promise<void> {
    const { compile, environment, agentGroup } = this.#parts;
    const previous = this.#snapshot;
    try {
      this.#snapshot = await compile(policies, { environment, agentGroup, previous });
    } catch (error) {
      environment.observer.policiesRefused?.(error);
      throw error;
    }
    retireLimiters(previous, this.#snapshot);
    environment.observer.policiesReplaced?.(this.#snapshot.policies, this.#snapshot.version);
  }

  #lookUpOf({ controlPoint, cache }: CheckRequest): () => Awaitable<CacheLookupResponse> {
    return () => this.#lookUp({ ...cache, controlPoint });
  }

  #lookUp(request: CacheLookupRequest): Awaitable<CacheLookupResponse> {
    const tell = this.#observer.cache;
    const { controlPoint } = request;
    const found = this.#cache.lookUp(request);
    return tell === undefined ? found : also(found, (answer) => tell({ operation: "lookup", controlPoint, answer }));
  }

  #changed(
    operation: "upsert" | "delete",
    controlPoint: string,
    done: Awaitable<CacheUpsertResponse>,
  ): Awaitable<CacheUpsertResponse> {
    const tell = this.#observer.cache;
    return tell === undefined ? done : also(done, (answer) => tell({ operation, controlPoint, answer }));
  }

  async #observedLater(request: CheckRequest, response: Promise<CheckResponse>): Promise<CheckResponse> {
    return this.#observed(request, await response);
  }

  #observed(request: CheckRequest, response: CheckResponse): CheckResponse {
    const { decision, flow } = this.#observer;
    if (decision !== undefined) for (const one of response.decisions) decision(one, request.controlPoint);
    flow?.(request, response);
    return response;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined)
      throw new ApertureError("APERTURE_CLOSED", "The engine is closed.", { reason: "closed" });
  }
}

/** The answer, after somebody was told of it. */
function also<T>(answer: Awaitable<T>, tell: (answer: T) => void): Awaitable<T> {
  if (answer instanceof Promise) return answer.then((settled) => also(settled, tell));
  tell(answer);
  return answer;
}

const NO_OPTIONS: CallOptions = Object.freeze({});
const NO_SERVICES: readonly string[] = Object.freeze([]);
