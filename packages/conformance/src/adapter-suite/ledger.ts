import { ApertureClient, type CheckResponse, type Flow, type Labels } from "@aperture-flow/core";
import { accepted, type ScriptedAnswer, ScriptedControl } from "@aperture-flow/core/testing";
import { expect } from "chai";

/**
 * Books of one case: every acceptance lends a lease, and at the end each flow must have ended exactly once and each lease
 * must have come back exactly once.
 */
export class Ledger {
  readonly control: ScriptedControl;
  readonly client: ApertureClient;
  readonly warnings: string[] = [];
  readonly flows: Flow[] = [];
  /** One entry an end: a flow that ended twice is in it twice. */
  readonly ends: Flow[] = [];
  #lent = 0;

  /** The last answer is repeated; without any, everything is accepted. */
  constructor(answers: readonly ScriptedAnswer[]) {
    const script = answers.length === 0 ? [accepted()] : answers;
    this.control = new ScriptedControl(...script.map((answer) => this.#lending(answer)));
    this.client = new ApertureClient({
      control: this.control,
      logger: { warn: (message) => this.warnings.push(message) },
      observer: { started: (flow) => this.flows.push(flow), ended: (flow) => this.ends.push(flow) },
    });
  }

  /** Control points in the order in which they were asked. */
  get controlPoints(): readonly string[] {
    return this.control.checks.map(({ controlPoint }) => controlPoint);
  }

  /** The labels of the last check. */
  get labels(): Labels {
    return this.control.checks.at(-1)?.labels ?? {};
  }

  get statuses(): readonly string[] {
    return this.flows.map(({ status }) => status);
  }

  get settled(): boolean {
    return this.ends.length >= this.flows.length;
  }

  assertBalanced(): void {
    expect(new Set(this.ends), "flows that ended").to.deep.equal(new Set(this.flows));
    expect(this.ends, "ends, one a flow").to.have.lengthOf(this.flows.length);
    expect(this.control.heldLeases, "leases held").to.deep.equal([]);
    const returned = this.control.ends.flatMap(({ leases }) => leases);
    expect(returned, "leases returned, once each").to.have.lengthOf(this.#lent);
    expect(this.client.counts.open, "flows open").to.equal(0);
  }

  #lending(answer: ScriptedAnswer): ScriptedAnswer {
    if (answer instanceof Error) return answer;
    if (typeof answer !== "function") return () => this.#lend(answer);
    return (request, call) => {
      const response = answer(request, call);
      return response instanceof Promise ? response.then((given) => this.#lend(given)) : this.#lend(response);
    };
  }

  #lend(response: CheckResponse): CheckResponse {
    if (!response.accepted) return response;
    this.#lent += 1;
    const ref = { policy: "suite", policyHash: "1", component: "0" };
    return { ...response, leases: [{ ref, label: "default", id: String(this.#lent), tokens: 1 }] };
  }
}
