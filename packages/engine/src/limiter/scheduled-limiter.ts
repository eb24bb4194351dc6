import type { Awaitable, ComponentRef, Lease, LimiterDecision, LimiterKind, Quota, Tokens } from "@aperture-flow/core";
import { FairScheduler } from "../schedule/fair-scheduler.ts";
import type { Grant, TokenSource } from "../schedule/token-source.ts";
import type { Admittance, QueueFailure } from "../schedule/waiter.ts";
import { type ScheduledFlow, type SchedulerSettings, scheduledFlow } from "../schedule/workload.ts";
import { LimitLabel } from "./limit-label.ts";
import type { FlowContext, LeasingLimiter, LimiterEnvironment } from "./limiter.ts";

export interface ScheduledLimiterSettings {
  readonly ref: ComponentRef;
  readonly kind: LimiterKind;
  readonly source: TokenSource;
  readonly scheduler: SchedulerSettings;
  /** Tokens and a queue for each value of this label; without it, for all flows together. */
  readonly limitByLabelKey?: string | undefined;
  /** HTTP status of a drop, 503 by default. */
  readonly deniedStatus?: number | undefined;
  /** Lets every flow pass without asking. */
  readonly passThrough?: boolean | undefined;
  /** What clients may be told of the limit. */
  readonly quota?: Quota | undefined;
}

const MAX_QUEUE = 5000;
const MAX_QUEUE_MS = 60_000;
const NO_TOKENS: Tokens = Object.freeze({ consumed: 0, remaining: 0, current: 0 });

/**
 * Lets flows wait for tokens, by priority: the quota, concurrency and load schedulers, which differ in where their tokens
 * come from. Where tokens are there and nobody waits, the answer is there at once and nothing is queued.
 */
export class ScheduledLimiter implements LeasingLimiter {
  readonly ref: ComponentRef;
  readonly #settings: ScheduledLimiterSettings;
  readonly #environment: LimiterEnvironment;
  readonly #label: LimitLabel;
  /** Of the labels whose flows wait, and of no others. */
  readonly #schedulers = new Map<string, FairScheduler>();
  readonly #complain: (label: string) => void;
  #waiting = 0;

  constructor(settings: ScheduledLimiterSettings, environment: LimiterEnvironment) {
    this.ref = settings.ref;
    this.#settings = settings;
    this.#environment = environment;
    this.#label = new LimitLabel(settings.limitByLabelKey);
    this.#complain = (label) => environment.observer.invalidTokens?.(settings.ref, label);
  }

  /** Flows that wait, for metrics. */
  get waiting(): number {
    return this.#waiting;
  }

  decide(context: FlowContext): Awaitable<LimiterDecision> {
    const { source, scheduler, passThrough } = this.#settings;
    if (passThrough === true) return this.#skipped(undefined);
    const label = this.#label.valueOf(context.labels);
    if (label === undefined) return this.#skipped("key-not-found");
    const flow = scheduledFlow(context.labels, scheduler, this.#complain);
    const asked: Asked = { context, flow, label };
    // Before the source hears of it: what costs nothing is no load either.
    if (flow.tokens === 0) return this.#decision(asked, NO_TOKENS);
    if (source.arrive(flow.tokens)) return this.#decision(asked, { ...NO_TOKENS, consumed: flow.tokens });
    if (this.#schedulers.has(label)) return this.#queue(asked, NO_GRANT);
    try {
      const grant = source.take(label, flow.tokens, 0);
      if (!(grant instanceof Promise)) return this.#granted(asked, grant);
      return grant.then(
        (settled) => this.#granted(asked, settled),
        (error) => this.#undecided(asked, error),
      );
    } catch (error) {
      return this.#undecided(asked, error);
    }
  }

  revert(decision: LimiterDecision): Awaitable<void> {
    const { lease, tokens, reason, label } = decision;
    if (reason !== undefined || !tookTokens(decision)) return;
    const value = this.#label.valueNamed(label);
    const failed = (error: unknown) => this.#environment.observer.backendError?.(this.ref, error);
    try {
      const given = this.#settings.source.giveBack(value, { granted: true, tokens, waitMs: 0, lease });
      if (given instanceof Promise) return given.then(() => this.#wake(value), failed);
      this.#wake(value);
    } catch (error) {
      failed(error);
    }
  }

  release(lease: Lease): Awaitable<boolean> {
    const value = this.#label.valueNamed(lease.label);
    const woken = (returned: boolean) => {
      if (returned) this.#wake(value);
      return returned;
    };
    const returned = this.#settings.source.release?.(value, lease.id) ?? false;
    return returned instanceof Promise ? returned.then(woken) : woken(returned);
  }

  /** Lets all who wait go on: the policy that made them wait is no longer in force. */
  retire(): void {
    for (const scheduler of [...this.#schedulers.values()]) scheduler.dissolve();
  }

  #wake(label: string): void {
    this.#schedulers.get(label)?.wake();
  }

  #granted(asked: Asked, grant: Grant): Awaitable<LimiterDecision> {
    return grant.granted ? this.#decision(asked, grant.tokens, grant.lease) : this.#queue(asked, grant);
  }

  #queue(asked: Asked, grant: Pick<Grant, "tokens" | "waitMs">): Awaitable<LimiterDecision> {
    const { flow, label, context } = asked;
    const timeoutMs = this.#timeoutMs(asked);
    const canWait = timeoutMs > 0 && this.#settings.source.leastWaitMs(flow.tokens) <= timeoutMs;
    if (!canWait) return this.#dropped(asked, grant, "no-tokens");
    if (this.#waiting >= (this.#environment.maxQueue ?? MAX_QUEUE)) return this.#overflown(asked, grant);
    const scheduler = this.#schedulers.get(label) ?? this.#open(label);
    const answer = scheduler.wait(flow, timeoutMs, context.call);
    if (!(answer instanceof Promise)) return this.#settled(asked, answer, grant);
    this.#waiting += 1;
    const arrivedMs = this.#environment.clock.nowMs();
    return answer.then((admittance) => {
      this.#waiting -= 1;
      this.#tell(asked, admittance, arrivedMs);
      return this.#settled(asked, admittance, NO_GRANT);
    });
  }

  #overflown(asked: Asked, grant: Pick<Grant, "tokens" | "waitMs">): LimiterDecision {
    const why = "queue-full";
    this.#tell(asked, { admitted: false, why, waitMs: 0 }, this.#environment.clock.nowMs());
    return this.#dropped(asked, grant, why);
  }

  #open(label: string): FairScheduler {
    const { source } = this.#settings;
    const whenIdle = () => {
      if (this.#schedulers.get(label) === scheduler) this.#schedulers.delete(label);
    };
    const scheduler = new FairScheduler({ source, label, clock: this.#environment.clock, whenIdle });
    this.#schedulers.set(label, scheduler);
    return scheduler;
  }

  /** How long the flow may wait: as long as its caller, its workload and the component allow. */
  #timeoutMs({ flow, context }: Asked): number {
    const { scheduler } = this.#settings;
    const { maxQueueMs = MAX_QUEUE_MS } = this.#environment;
    const { timeoutMs } = context.call;
    const callerMs = timeoutMs === undefined ? maxQueueMs : Math.max(0, timeoutMs - scheduler.deadlineMarginMs);
    return Math.min(callerMs, flow.queueTimeoutMs ?? maxQueueMs, maxQueueMs);
  }

  #settled(asked: Asked, admittance: Admittance, grant: Pick<Grant, "tokens">): LimiterDecision {
    if (admittance.admitted) {
      const { error, granted } = admittance;
      return error === undefined ? this.#decision(asked, granted.tokens, granted.lease) : this.#undecided(asked, error);
    }
    return this.#dropped(asked, { tokens: grant.tokens, waitMs: admittance.waitMs }, admittance.why);
  }

  #tell({ flow, label }: Asked, admittance: Admittance, arrivedMs: number): void {
    this.#environment.observer.queue?.({
      ref: this.ref,
      label: this.#label.nameOf(label),
      workload: flow.workload,
      tokens: flow.tokens,
      waitedMs: this.#environment.clock.nowMs() - arrivedMs,
      outcome: admittance.admitted ? "admitted" : admittance.why,
      overtakenTokens: admittance.admitted ? admittance.overtakenTokens : 0,
    });
  }

  #decision({ flow, label }: Asked, tokens: Tokens, lease?: Lease): LimiterDecision {
    const { kind, quota, deniedStatus = 503 } = this.#settings;
    return {
      ref: this.ref,
      kind,
      dropped: false,
      label: this.#label.nameOf(label),
      workload: flow.workload,
      priority: flow.priority,
      tokens,
      quota,
      waitMs: 0,
      status: deniedStatus,
      lease,
    };
  }

  #dropped(asked: Asked, { tokens, waitMs }: Pick<Grant, "tokens" | "waitMs">, why: QueueFailure): LimiterDecision {
    const reason = why === "no-tokens" ? undefined : why;
    return { ...this.#decision(asked, { ...tokens, consumed: 0 }), dropped: true, waitMs, reason };
  }

  /** The flow passes and nothing is counted. */
  #skipped(reason: "key-not-found" | undefined): LimiterDecision {
    const { kind, deniedStatus = 503 } = this.#settings;
    const parts = { ref: this.ref, kind, dropped: false, label: "", workload: "default", priority: 0 };
    return { ...parts, tokens: NO_TOKENS, waitMs: 0, status: deniedStatus, reason };
  }

  /** The state could not be reached: the flow passes. */
  #undecided(asked: Asked, error: unknown): LimiterDecision {
    this.#environment.observer.backendError?.(this.ref, error);
    const message = error instanceof Error ? error.message : String(error);
    return { ...this.#decision(asked, NO_TOKENS), error: message };
  }
}

interface Asked {
  readonly context: FlowContext;
  readonly flow: ScheduledFlow;
  readonly label: string;
}

const NO_GRANT = Object.freeze({ tokens: NO_TOKENS, waitMs: 0 });

/** What passed without asking tells what it would have taken, of a capacity of 0. */
function tookTokens({ tokens }: LimiterDecision): boolean {
  return tokens.consumed > 0 && (tokens.remaining !== 0 || tokens.current !== 0);
}
