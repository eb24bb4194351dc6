import { ApertureError } from "@aperture-flow/core";
import type { StateBackend } from "./backend/backend.ts";
import { MemoryBackend } from "./backend/memory.ts";
import type { RegoEvaluator } from "./classifier/rego.ts";
import { Engine } from "./engine.ts";
import type { LimiterEnvironment } from "./limiter/limiter.ts";
import { combineObservers, type EngineObserver } from "./observer.ts";
import type { PolicySource } from "./policy/read.ts";
import { type Clock, systemClock, systemRandom } from "./time/clock.ts";

/** What {@link createEngine} makes an engine of. */
export interface EngineOptions {
  /** Path of a file or directory, `{ yaml }` text, a policy as an object, or an array of these. */
  readonly policies: PolicySource;
  /** Where limiters keep their state; by default the memory of this process. One that is given here is not closed. */
  readonly backend?: StateBackend | undefined;
  /** For tests: a `FakeClock` of `@aperture-flow/engine/testing`. */
  readonly clock?: Clock | undefined;
  /** Uniform in [0, 1); for tests. */
  readonly random?: (() => number) | undefined;
  readonly observer?: EngineObserver | undefined;
  /**
   * Most flows that may wait in one component, 5000 by default; one more is dropped. With 0, none waits anywhere.
   */
  readonly maxQueue?: number | undefined;
  /** Longest that a flow waits, whatever its caller and its policy allow: 60,000 ms by default. */
  readonly maxQueueMs?: number | undefined;
  /** Selectors that name another agent group do not apply. By default all apply, whatever group they name. */
  readonly agentGroup?: string | undefined;
  /** Evaluates the Rego modules of classifiers. None is built in: without one, a policy with a module is refused. */
  readonly rego?: RegoEvaluator | undefined;
}

/**
 * An engine with its policies in force. Fails with `APERTURE_POLICY_INVALID`, and all that is wrong with them at once.
 *
 * @example
 * const engine = await createEngine({ policies: "./policies" });
 * const client = new ApertureClient({ control: engine });
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const clock = options.clock ?? systemClock();
  const backend = options.backend ?? new MemoryBackend({ clock });
  const observer = combineObservers(options.observer ?? {});
  const { agentGroup, rego, random = systemRandom } = options;
  const maxQueue = notNegative("maxQueue", options.maxQueue);
  const maxQueueMs = notNegative("maxQueueMs", options.maxQueueMs);
  const environment: LimiterEnvironment = { backend, clock, random, observer, maxQueue, maxQueueMs };
  // Loaded here: YAML and schemas take most of the time that loading the package does.
  const { compilePolicies } = await import("./policy/compile.ts");
  const compile: typeof compilePolicies = (policies, context) => compilePolicies(policies, { ...context, rego });
  const snapshot = await compile(options.policies, { environment, agentGroup, previous: undefined });
  const release = () => (options.backend === undefined ? backend.close() : Promise.resolve());
  return new Engine({ snapshot, environment, agentGroup, compile, release });
}

function notNegative(option: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return value;
  throw new ApertureError("APERTURE_OPTION_INVALID", `${option}: expected a number from 0, got ${value}`);
}
