import type { Flow, FlowObserver } from "@aperture-flow/core";

/** What the table shows of one control point. */
export interface Reading {
  readonly controlPoint: string;
  readonly accepted: number;
  readonly rejected: number;
  readonly inFlight: number;
  /** Mean time of a decision since the last reading; undefined where there was none. */
  readonly decisionMs: number | undefined;
}

interface Counts {
  accepted: number;
  rejected: number;
  inFlight: number;
  decisions: number;
  decisionMs: number;
}

/** Counts flows by control point. */
export class Meter implements FlowObserver {
  readonly #counts = new Map<string, Counts>();

  constructor(controlPoints: readonly string[]) {
    for (const controlPoint of controlPoints) {
      this.#counts.set(controlPoint, { accepted: 0, rejected: 0, inFlight: 0, decisions: 0, decisionMs: 0 });
    }
  }

  started(flow: Flow, checkMs: number): void {
    const counts = this.#counts.get(flow.controlPoint);
    if (counts === undefined) return;
    if (flow.decision === "rejected") counts.rejected += 1;
    else counts.accepted += 1;
    counts.inFlight += 1;
    counts.decisions += 1;
    counts.decisionMs += checkMs;
  }

  ended(flow: Flow): void {
    const counts = this.#counts.get(flow.controlPoint);
    if (counts !== undefined) counts.inFlight -= 1;
  }

  /** Accepted and rejected since the start; the mean decision time starts anew. */
  read(): readonly Reading[] {
    return [...this.#counts].map(([controlPoint, counts]) => {
      const { accepted, rejected, inFlight, decisions, decisionMs } = counts;
      counts.decisions = 0;
      counts.decisionMs = 0;
      return {
        controlPoint,
        accepted,
        rejected,
        inFlight,
        decisionMs: decisions === 0 ? undefined : decisionMs / decisions,
      };
    });
  }
}
