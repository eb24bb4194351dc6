import type { Awaitable, CheckRequest, EndResponse, HttpAttributes, Labels, Lease } from "@aperture-flow/core";
import { createEngine, type Engine } from "@aperture-flow/engine";
import { FakeClock } from "@aperture-flow/engine/testing";
import type { CacheStep, CacheValue, CheckStep, EngineSettings, Scenario, Step } from "./scenario.ts";
import {
  type Answer,
  checkAnswer,
  endAnswer,
  failureAnswer,
  lookupAnswer,
  operationAnswer,
} from "./scenario-answers.ts";
import { mismatches } from "./scenario-matches.ts";

/** With which labels a scenario asks: all that it names, or those alone that the engine says it reads. */
export type AskedWith = "all labels" | "labels that are read";

/** Runs a scenario on a clock of its own. Returns a line for everything that is not as it says; none is a success. */
export async function runScenario(scenario: Scenario, askedWith: AskedWith = "all labels"): Promise<readonly string[]> {
  const { policies = [], engine: settings = {}, steps = [], order, refused } = scenario;
  const clock = new FakeClock();
  let engine: Engine;
  try {
    engine = await createEngine({ policies, clock, ...optionsOf(settings) });
  } catch (error) {
    return mismatches(refused, failureAnswer(error)["failed"], "refused");
  }
  if (refused !== undefined) return ["refused: the policies were accepted"];
  const run = new ScenarioRun(engine, clock, askedWith);
  for (const { atMs, happening } of eventsOf(steps)) {
    await clock.advance(atMs - clock.nowMs());
    run.act(happening);
  }
  await clock.advance(Math.max(0, endMs(steps) - clock.nowMs()));
  await clock.advance(0);
  const lines = [...run.mismatches(), ...(order === undefined ? [] : mismatches(order, run.order, "order"))];
  await engine.close();
  return lines;
}

function optionsOf({ agent_group, max_queue, max_queue_ms, random = [0.5] }: EngineSettings) {
  let drawn = 0;
  return {
    agentGroup: agent_group,
    maxQueue: max_queue,
    maxQueueMs: max_queue_ms,
    random: () => random[drawn++ % random.length] ?? 0,
  };
}

/** A step, and what came of it. */
interface Happening {
  readonly step: Step;
  readonly place: string;
  readonly atMs: number;
  readonly answers: Answer[];
  settledMs?: number;
}

interface Event {
  readonly atMs: number;
  readonly happening: Happening;
}

/** In the order of time, and of the steps within a moment. */
function eventsOf(steps: readonly Step[]): readonly Event[] {
  let atMs = 0;
  const events = steps.flatMap((step, index) => {
    atMs = step.at === undefined ? atMs : step.at * 1000;
    const place = `step ${index + 1}${step.as === undefined ? "" : ` (${step.as})`}`;
    const happening: Happening = { step, place, atMs, answers: [] };
    const { times = 1, every = 0 } = step;
    return Array.from({ length: times }, (_, time) => ({ atMs: happening.atMs + time * every * 1000, happening }));
  });
  return events.sort((a, b) => a.atMs - b.atMs);
}

/** The last moment that a step speaks of. */
function endMs(steps: readonly Step[]): number {
  return Math.max(0, ...steps.map(({ settles_at: at }) => (typeof at === "number" ? at * 1000 : 0)));
}

class ScenarioRun {
  readonly #engine: Engine;
  readonly #clock: FakeClock;
  readonly #askedWith: AskedWith;
  readonly #happenings = new Set<Happening>();
  readonly #leaving = new Map<string, AbortController>();
  readonly #leases = new Map<string, readonly Lease[]>();
  readonly order: string[] = [];

  constructor(engine: Engine, clock: FakeClock, askedWith: AskedWith) {
    this.#engine = engine;
    this.#clock = clock;
    this.#askedWith = askedWith;
  }

  act(happening: Happening): void {
    this.#happenings.add(happening);
    const settle = (answer: Answer) => {
      happening.answers.push(answer);
      happening.settledMs = this.#clock.nowMs();
    };
    const answer = this.#answer(happening.step);
    if (answer instanceof Promise) void answer.catch(failureAnswer).then(settle);
    else settle(answer);
  }

  mismatches(): readonly string[] {
    return [...this.#happenings].flatMap(({ step, place, atMs, answers, settledMs }) => {
      if (step.times !== undefined) return mismatches(step.expect ?? {}, countsOf(step.times, answers), place);
      const settledAt = settledMs === undefined ? "never" : settledMs / 1000;
      const settling = mismatches(step.settles_at ?? atMs / 1000, settledAt, `${place}: settles_at`);
      return [...settling, ...(settledMs === undefined ? [] : mismatches(step.expect ?? {}, answers[0], place))];
    });
  }

  #answer({ check, as = "", end, cancel, cache, reload }: Step): Awaitable<Answer> {
    if (check !== undefined) return this.#check(check, as);
    if (end !== undefined) return then(this.#end(end), endAnswer);
    if (cache !== undefined) return this.#callCache(cache);
    if (reload !== undefined) return this.#engine.replacePolicies(reload).then(() => ({}));
    if (cancel === undefined) throw new Error("a step does nothing");
    this.#leaving.get(cancel)?.abort();
    return {};
  }

  #check(check: CheckStep, as: string): Awaitable<Answer> {
    const leaving = new AbortController();
    this.#leaving.set(as, leaving);
    const timeoutMs = check.timeout === undefined ? undefined : check.timeout * 1000;
    const call = { signal: leaving.signal, timeoutMs };
    const request = requestOf(check);
    const { http } = check;
    const response =
      http === undefined
        ? this.#engine.check({ ...request, labels: this.#askedLabels(request) }, call)
        : this.#engine.checkHttp({ ...request, http: httpOf(http), ...peersOf(http) }, call);
    return then(response, (settled) => {
      if (settled.accepted) this.#accepted(settled.leases, { as, hold: check.hold });
      return checkAnswer(settled);
    });
  }

  #askedLabels({ controlPoint, labels }: CheckRequest): Labels {
    const read = this.#askedWith === "all labels" ? undefined : this.#engine.labelsRead(controlPoint);
    return read === undefined ? labels : Object.fromEntries(Object.entries(labels).filter(([name]) => read.has(name)));
  }

  #accepted(leases: readonly Lease[], { as, hold }: { readonly as: string; readonly hold: number | undefined }): void {
    if (as !== "") this.order.push(as);
    this.#leases.set(as, leases);
    if (hold !== undefined) this.#clock.after(hold * 1000, () => void this.#engine.end({ controlPoint: "cp", leases }));
  }

  #end(end: NonNullable<Step["end"]>): Awaitable<EndResponse> {
    if (typeof end === "string") return this.#engine.end({ controlPoint: "cp", leases: this.#leases.get(end) ?? [] });
    const [lease] = this.#leases.get(end.flow) ?? [];
    if (lease === undefined) throw new Error(`"${end.flow}" holds no lease`);
    return this.#engine.end({ controlPoint: "cp", leases: end.leases.map((parts) => ({ ...lease, ...parts })) });
  }

  #callCache({ call, control_point: controlPoint = "cp", result, global = [] }: CacheStep): Awaitable<Answer> {
    if (call === "upsert") {
      const entries = (global as readonly CacheValue[]).map(entryOf);
      const ownEntry = result === undefined ? undefined : entryOf(result as CacheValue);
      const request = { controlPoint, result: ownEntry, global: entries };
      return then(this.#engine.cacheUpsert(request), operationAnswer);
    }
    const keys = { controlPoint, resultKey: result as string | undefined, globalKeys: global as readonly string[] };
    if (call === "delete") return then(this.#engine.cacheDelete(keys), operationAnswer);
    return then(this.#engine.cacheLookup(keys), lookupAnswer);
  }
}

function then<Value>(value: Awaitable<Value>, answer: (value: Value) => Answer): Awaitable<Answer> {
  return value instanceof Promise ? value.then(answer) : answer(value);
}

function countsOf(times: number, answers: readonly Answer[]): Answer {
  const accepted = answers.filter((answer) => answer["accepted"] === true).length;
  return { accepted, rejected: answers.length - accepted, waiting: times - answers.length };
}

function requestOf({ control_point: controlPoint = "cp", labels = {}, services, ramp_mode, cache }: CheckStep) {
  return {
    controlPoint,
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)])) as Labels,
    services,
    rampMode: ramp_mode ?? false,
    expectEnd: true,
    cache: cache && { resultKey: cache.result, globalKeys: cache.global },
  };
}

function httpOf(given: Readonly<Record<string, unknown>>): HttpAttributes {
  const { source, destination, ...parts } = given;
  const usual = { method: "GET", path: "/", host: "example.com", scheme: "http", protocol: "HTTP/1.1", size: -1 };
  return { ...usual, headers: {}, ...parts };
}

function peersOf({ source, destination }: Readonly<Record<string, unknown>>) {
  return { source, destination } as { source?: { address: string; port: number } };
}

function entryOf({ key, value, ttl = 0 }: CacheValue) {
  return { key, value: new TextEncoder().encode(value), ttlMs: ttl * 1000 };
}
