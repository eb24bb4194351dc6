import type { Awaitable, CacheLookupResponse, CheckResponse, Lease, LimiterDecision } from "@aperture-flow/core";
import type { FlowContext, Limiter } from "./limiter/limiter.ts";
import { SiblingCall } from "./sibling-call.ts";
import type { Stage } from "./snapshot.ts";

/**
 * Runs the stages in order. All limiters of a stage are asked; one drop reverts whatever this and earlier stages took, and
 * ends the run. The cache is looked up before the load stage, or at the end where there is none; a result found there
 * spares the flow the load stage.
 *
 * Decisions come in the order of stages and, within one, of limiters. The answer is a promise only if a limiter's or the
 * cache's is.
 */
export function runStages(
  stages: readonly Stage[],
  flow: FlowContext,
  lookUp?: () => Awaitable<CacheLookupResponse>,
): Awaitable<CheckResponse> {
  const { controlPoint, labels, rampMode, call } = flow;
  // A flow in ramp mode must be let in by at least one ramp component.
  if (rampMode && stages[0]?.kind !== "ramp") {
    return { accepted: false, reason: "no-matching-ramp", status: 403, waitMs: 0, decisions: [] };
  }
  const cache = undefined;
  return runFrom(0, { controlPoint, labels, rampMode, call, stages, lookUp, decisions: [], dropped: false, cache });
}

/**
 * What one run has gathered so far: a decision of each limiter, in the order of the stages and of the limiters in them.
 * The run is also the flow that limiters see: an object for each was 4 % of a check.
 */
interface Run extends FlowContext {
  readonly stages: readonly Stage[];
  lookUp: (() => Awaitable<CacheLookupResponse>) | undefined;
  decisions: LimiterDecision[];
  /** By any of them: the run ends with its stage. */
  dropped: boolean;
  cache: CacheLookupResponse | undefined;
}

function runFrom(first: number, run: Run): Awaitable<CheckResponse> {
  for (let index = first; index < run.stages.length; index++) {
    const stage = run.stages[index] as Stage;
    if (stage.kind === "load") {
      const found = lookUpOnce(run);
      if (found instanceof Promise) return onceLookedUp(found, index, run);
      if (found) break;
    }
    const asked = askAll(stage, run);
    if (asked !== undefined) return onceDecided(asked, index, run);
    if (run.dropped) return rejected(stage, run);
  }
  const found = lookUpOnce(run);
  return found instanceof Promise ? onceLookedUp(found, run.stages.length, run) : accepted(run);
}

/** These two, and others like them, are functions so that only who waits pays for what a closure captures. */
async function onceLookedUp(found: Promise<boolean>, index: number, run: Run): Promise<CheckResponse> {
  return (await found) ? accepted(run) : runFrom(index, run);
}

async function onceDecided(asked: Promise<unknown>, index: number, run: Run): Promise<CheckResponse> {
  await asked;
  return run.dropped ? rejected(run.stages[index] as Stage, run) : runFrom(index + 1, run);
}

/** Adds a decision of each limiter of the stage, at once or when the promise settles. */
function askAll({ limiters, kind }: Stage, run: Run): Promise<unknown> | undefined {
  // Only schedulers let a flow wait, so only they can wait for a flow that a sibling has dropped.
  const siblings =
    (kind === "load" || kind === "concurrency") && limiters.length > 1 ? new SiblingCall(run.call) : undefined;
  const flow = siblings === undefined ? run : { ...run, call: siblings };
  const first = run.decisions.length;
  // A list that grows from nothing has room for seventeen at once, and is copied each time that this is not enough.
  if (first === 0 && limiters.length > 1) run.decisions = new Array<LimiterDecision>(limiters.length);
  let waiting: Promise<void>[] | undefined;
  // By index: for-of over a frozen array calls a function for each turn, which was 5 % of a check.
  for (let index = 0; index < limiters.length; index++) {
    const decision = (limiters[index] as Limiter).decide(flow);
    if (decision instanceof Promise) {
      waiting ??= [];
      waiting.push(noteLater(decision, first + index, run, siblings));
    } else {
      note(decision, first + index, run, siblings);
    }
  }
  return waiting && Promise.all(waiting);
}

async function noteLater(
  decision: Promise<LimiterDecision>,
  index: number,
  run: Run,
  siblings: SiblingCall | undefined,
): Promise<void> {
  note(await decision, index, run, siblings);
}

function note(decision: LimiterDecision, index: number, run: Run, siblings: SiblingCall | undefined): void {
  if (run.decisions.length === 0) run.decisions = [decision];
  else run.decisions[index] = decision;
  if (!decision.dropped) return;
  run.dropped = true;
  siblings?.abort();
}

function accepted({ decisions, cache }: Run): CheckResponse {
  const leases = leasesOf(decisions);
  return cache === undefined ? { accepted: true, decisions, leases } : { accepted: true, decisions, leases, cache };
}

function leasesOf(decisions: readonly LimiterDecision[]): readonly Lease[] {
  let leases: Lease[] | undefined;
  for (let index = 0; index < decisions.length; index++) {
    const lease = decisions[index]?.lease;
    if (lease === undefined) continue;
    leases ??= [];
    leases.push(lease);
  }
  return leases ?? NO_LEASES;
}

const NO_LEASES: readonly Lease[] = Object.freeze([]);

/** With the status of the first limiter of the stage that dropped the flow, and the longest wait of those that did. */
function rejected(stage: Stage, run: Run): Awaitable<CheckResponse> {
  const { decisions } = run;
  let first: LimiterDecision | undefined;
  let waitMs = 0;
  let tookSomething = false;
  for (let index = 0; index < decisions.length; index++) {
    const decision = decisions[index] as LimiterDecision;
    if (decision.dropped) {
      first ??= decision;
      waitMs = Math.max(waitMs, decision.waitMs);
    } else tookSomething = true;
  }
  const { reason } = stage;
  const response = { accepted: false, reason, status: first?.status ?? stage.status, waitMs, decisions } as const;
  // Most rejections are by the first limiter that was asked.
  const reverting = tookSomething ? revertAll(run) : undefined;
  return reverting === undefined ? response : onceReverted(reverting, response);
}

async function onceReverted(reverting: Promise<unknown>, response: CheckResponse): Promise<CheckResponse> {
  await reverting;
  return response;
}

/** Last taken, first given back. */
function revertAll({ stages, decisions }: Run): Promise<unknown> | undefined {
  const limiters = stages.flatMap((stage) => stage.limiters);
  const waiting: Promise<void>[] = [];
  for (let index = decisions.length - 1; index >= 0; index--) {
    const decision = decisions[index] as LimiterDecision;
    const reverting = decision.dropped ? undefined : limiters[index]?.revert(decision);
    if (reverting instanceof Promise) waiting.push(reverting);
  }
  return waiting.length === 0 ? undefined : Promise.all(waiting);
}

/** Whether a result was found. Asks only the first time. */
function lookUpOnce(run: Run): Awaitable<boolean> {
  const { lookUp } = run;
  if (lookUp === undefined) return false;
  run.lookUp = undefined;
  const keep = (cache: CacheLookupResponse) => {
    run.cache = cache;
    return cache.result?.hit === true;
  };
  const cache = lookUp();
  return cache instanceof Promise ? cache.then(keep) : keep(cache);
}
