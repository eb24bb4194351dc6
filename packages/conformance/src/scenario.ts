import type { PolicySource } from "@aperture-flow/engine";
import { parse } from "yaml";

/**
 * One story about policies, as `scenarios/*.yaml` tells it: what is in force, what happens when, and what is answered. All
 * times are seconds on a clock that stands still between the steps.
 */
export interface Scenario {
  readonly name: string;
  /** Numbers of the cases that it shows. */
  readonly cases: readonly string[];
  /** None by default. */
  readonly policies?: PolicySource;
  readonly engine?: EngineSettings;
  /** The policies are refused, with these lines and no others. */
  readonly refused?: readonly string[];
  readonly steps?: readonly Step[];
  /** The flows that were accepted, by the name of their step, in the order of their answers. */
  readonly order?: readonly string[];
  /** What is not as in Aperture, and why; `docs/differences.md` says it too. */
  readonly differs?: string;
}

export interface EngineSettings {
  readonly agent_group?: string;
  readonly max_queue?: number;
  readonly max_queue_ms?: number;
  /** What is drawn, one after the other and then again; 0.5 by default. */
  readonly random?: readonly number[];
}

/** One thing that happens: exactly one of `check`, `end`, `cancel`, `cache` and `reload`. */
export interface Step {
  /** Seconds; when the step before happened by default. */
  readonly at?: number;
  readonly check?: CheckStep;
  /** Names the flow of a check. */
  readonly as?: string;
  /** A check that is made so often, `every` so many seconds; at once by default. */
  readonly times?: number;
  readonly every?: number;
  /** Ends the flow of this name, or hands in its leases with other parts. */
  readonly end?: string | { readonly flow: string; readonly leases: readonly object[] };
  /** The caller of this flow leaves. */
  readonly cancel?: string;
  readonly cache?: CacheStep;
  readonly reload?: PolicySource;
  /**
   * Parts of the answer, compared one by one: a list has to be complete, `null` stands for what is not there, and
   * `{ from, to }` for a range. Of a check with `times`: how many were `accepted`, `rejected` and are `waiting` at the end.
   */
  readonly expect?: unknown;
  /** When the answer is there: at once by default, or `never`. Not compared for a check with `times`. */
  readonly settles_at?: number | "never";
}

export interface CheckStep {
  /** `cp` by default. */
  readonly control_point?: string;
  readonly labels?: Readonly<Record<string, string | number>>;
  readonly services?: readonly string[];
  readonly ramp_mode?: boolean;
  /** How long the caller waits. */
  readonly timeout?: number;
  readonly cache?: { readonly result?: string; readonly global?: readonly string[] };
  /** A whole request; parts that are left out are those of `GET http://example.com/`. */
  readonly http?: Readonly<Record<string, unknown>>;
  /** How long an accepted flow runs before it ends; by default it ends with a step. */
  readonly hold?: number;
}

/** One call of the cache; values are text, as `result: { key, value, ttl }` and `global: { key: { value, ttl } }`. */
export interface CacheStep {
  readonly call: "look-up" | "upsert" | "delete";
  readonly control_point?: string;
  readonly result?: string | CacheValue;
  readonly global?: readonly string[] | readonly CacheValue[];
}

export interface CacheValue {
  readonly key: string;
  readonly value: string;
  /** For as long as possible by default. */
  readonly ttl?: number;
}

const SCENARIO_KEYS = ["name", "cases", "policies", "engine", "refused", "steps", "order", "differs"];
const STEP_KEYS = ["at", "check", "as", "times", "every", "end", "cancel", "cache", "reload", "expect", "settles_at"];
const CHECK_KEYS = ["control_point", "labels", "services", "ramp_mode", "timeout", "cache", "http", "hold"];

/**
 * The scenarios of a file; its key `shared` is for anchors. A key that nobody knows is an error: an expectation that is
 * not read is none.
 */
export function parseScenarios(yaml: string): readonly Scenario[] {
  const { scenarios }: { readonly scenarios: readonly Scenario[] } = parse(yaml, { merge: true, maxAliasCount: -1 });
  for (const scenario of scenarios) {
    assertKnown(scenario.name, scenario, SCENARIO_KEYS);
    for (const step of scenario.steps ?? []) {
      assertKnown(scenario.name, step, STEP_KEYS);
      if (step.check) assertKnown(scenario.name, step.check, CHECK_KEYS);
    }
  }
  return scenarios;
}

function assertKnown(name: string, value: object, keys: readonly string[]): void {
  const unknown = Object.keys(value).filter((key) => !keys.includes(key));
  if (unknown.length > 0) throw new Error(`scenario "${name}": unknown ${unknown.join(", ")}`);
}
