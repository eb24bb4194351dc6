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
  // A flow in ramp mode must be let in by at least one ramp component.
  if (flow.rampMode && stages[0]?.kind !== "ramp") {
    return { accepted: false, reason: "no-matching-ramp", status: 403, waitMs: 0, decisions: [] };
  }
  return runFrom(0, { stages, flow, lookUp, taken: [], decisions: [], cache: undefined });
}

/** What one run has gathered so far; `decisions[i]` is by `taken[i]`. */
interface Run {
  readonly stages: readonly Stage[];
  readonly flow: FlowContext;
  lookUp: (() => Awaitable<CacheLookupResponse>) | undefined;
  readonly taken: Limiter[];
  readonly decisions: LimiterDecision[];
  cache: CacheLookupResponse | undefined;
}

function runFrom(first: number, run: Run): Awaitable<CheckResponse> {
  for (let index = first; index < run.stages.length; index++) {
    const stage = run.stages[index] as Stage;
    if (stage.kind === "load") {
      const found = lookUpOnce(run);
      if (found instanceof Promise) return found.then((hit) => (hit ? accepted(run) : runFrom(index, run)));
      if (found) break;
    }
    const start = run.decisions.length;
    const asked = askAll(stage, run);
    if (asked !== undefined) {
      return asked.then(() => (isDropped(run, start) ? rejected(stage, start, run) : runFrom(index + 1, run)));
    }
    if (isDropped(run, start)) return rejected(stage, start, run);
  }
  const found = lookUpOnce(run);
  return found instanceof Promise ? found.then(() => accepted(run)) : accepted(run);
}

/** Adds a decision of each limiter of the stage, at once or when the promise settles. */
function askAll({ limiters, kind }: Stage, run: Run): Promise<void> | undefined {
  // Only schedulers let a flow wait, so only they can wait for a flow that a sibling has dropped.
  const siblings =
    (kind === "load" || kind === "concurrency") && limiters.length > 1 ? new SiblingCall(run.flow.call) : undefined;
  const flow = siblings === undefined ? run.flow : { ...run.flow, call: siblings };
  const waiting: Promise<void>[] = [];
  for (const limiter of limiters) {
    const index = run.taken.push(limiter) - 1;
    const note = (decision: LimiterDecision) => {
      run.decisions[index] = decision;
      if (decision.dropped) siblings?.abort();
    };
    const decision = limiter.decide(flow);
    if (decision instanceof Promise) waiting.push(decision.then(note));
    else note(decision);
  }
  return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
}

function isDropped({ decisions }: Run, start: number): boolean {
  for (let index = start; index < decisions.length; index++) if (decisions[index]?.dropped === true) return true;
  return false;
}

function accepted({ decisions, cache }: Run): CheckResponse {
  const leases: Lease[] = [];
  for (const { lease } of decisions) if (lease !== undefined) leases.push(lease);
  return cache === undefined ? { accepted: true, decisions, leases } : { accepted: true, decisions, leases, cache };
}

/** With the status of the first limiter of the stage that dropped the flow, and the longest wait of those that did. */
function rejected(stage: Stage, start: number, run: Run): Awaitable<CheckResponse> {
  const drops = run.decisions.slice(start).filter(({ dropped }) => dropped);
  const response: CheckResponse = {
    accepted: false,
    reason: stage.reason,
    status: drops[0]?.status ?? stage.status,
    waitMs: drops.reduce((longest, { waitMs }) => Math.max(longest, waitMs), 0),
    decisions: run.decisions,
  };
  const reverting = revertAll(run);
  return reverting === undefined ? response : reverting.then(() => response);
}

/** Last taken, first given back. */
function revertAll({ taken, decisions }: Run): Promise<unknown> | undefined {
  const waiting: Promise<void>[] = [];
  for (let index = decisions.length - 1; index >= 0; index--) {
    const decision = decisions[index] as LimiterDecision;
    const reverting = decision.dropped ? undefined : taken[index]?.revert(decision);
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
