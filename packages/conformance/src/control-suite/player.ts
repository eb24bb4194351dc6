import type { CheckRequest, CheckResponse, FlowControl, Labels } from "@aperture-flow/core";
import type { FakeClock } from "@aperture-flow/engine/testing";
import { comparable, comparableCache } from "./comparable.ts";

/** What a flow asks beside its control point. */
export interface Asked extends Partial<Omit<CheckRequest, "controlPoint">> {
  readonly timeoutMs?: number | undefined;
}

/** A flow that may have to wait for its answer. */
export interface Started {
  /** Undefined when its caller left before it was accepted. */
  readonly answer: Promise<CheckResponse | undefined>;
  /** Its caller no longer wants it. */
  leave(): Promise<void>;
}

/** Plays a script to one control, and writes down all that it hears. */
export class Player {
  /** Answers in the order in which they came. */
  readonly heard: object[] = [];
  readonly control: FlowControl;
  readonly #clock: FakeClock;

  constructor(control: FlowControl, clock: FakeClock) {
    this.control = control;
    this.#clock = clock;
  }

  /** Names of the flows that were answered, first to last. */
  get order(): unknown[] {
    return this.heard.flatMap((told) => ("name" in told ? [told.name] : []));
  }

  async check(controlPoint: string, labels: Labels = {}, asked: Asked = {}): Promise<CheckResponse> {
    const { answer } = await this.start(controlPoint, controlPoint, { ...asked, labels });
    return (await answer) as CheckResponse;
  }

  /** Whether each of a number of equal flows was accepted. */
  async accepted(count: number, controlPoint: string, labels?: Labels): Promise<boolean[]> {
    const accepted: boolean[] = [];
    for (let flows = 0; flows < count; flows += 1) accepted.push((await this.check(controlPoint, labels)).accepted);
    return accepted;
  }

  /** Asks, and goes on as soon as the question has arrived. */
  async start(name: string, controlPoint: string, asked: Asked = {}): Promise<Started> {
    const { timeoutMs, ...more } = asked;
    const request: CheckRequest = { controlPoint, labels: {}, rampMode: false, expectEnd: true, ...more };
    const caller = new AbortController();
    const answer = this.#ask(name, request, { signal: caller.signal, timeoutMs });
    await this.#arrived();
    const leave = () => {
      caller.abort();
      return this.#arrived();
    };
    return { answer, leave };
  }

  /** Gives back what a flow holds. Whether each lease was still held. */
  async end(flow: CheckResponse | undefined): Promise<boolean[]> {
    const leases = flow?.accepted === true ? flow.leases : [];
    const { returns } = await this.control.end({ controlPoint: "any", leases });
    const returned = returns.map((entry) => entry.returned);
    this.heard.push({ returned });
    return returned;
  }

  /** Looks up keys of the two caches, separated by blanks. Their values, undefined for what is not there. */
  async lookUp(controlPoint: string, resultKey: string, globalKeys: string): Promise<(string | undefined)[]> {
    const keys = globalKeys.split(" ");
    const found = await this.control.cacheLookup({ controlPoint, resultKey, globalKeys: keys });
    this.heard.push(comparableCache(found));
    const texts = [found.result, ...keys.map((key) => found.global.get(key))];
    return texts.map((entry) => (entry?.hit === true ? new TextDecoder().decode(entry.value) : undefined));
  }

  async advance(ms: number): Promise<void> {
    await this.#clock.advance(ms);
    await this.#arrived();
  }

  async #ask(name: string, request: CheckRequest, call: Parameters<FlowControl["check"]>[1]): Promise<Answer> {
    const left = { name, left: true };
    try {
      const response = await this.control.check(request, call);
      const gone = call?.signal?.aborted === true && !response.accepted;
      this.heard.push(gone ? left : { name, ...comparable(response) });
      return gone ? undefined : response;
    } catch (error) {
      if (call?.signal?.aborted !== true) throw error;
      this.heard.push(left);
      return undefined;
    }
  }

  /** Calls arrive in the order in which they were made, and so do answers: once this one is here, so are those before. */
  async #arrived(): Promise<void> {
    await this.control.cacheLookup({ controlPoint: "", globalKeys: [] });
  }
}

type Answer = CheckResponse | undefined;
