import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from "@opentelemetry/api";
import type { Flow } from "../flow.ts";

/** Counts flows for the application's meters. */
export class FlowMetrics {
  readonly #flows: Counter;
  readonly #unreachable: Counter;
  readonly #open: UpDownCounter;
  readonly #checkDuration: Histogram;

  constructor(meter: Meter) {
    this.#flows = meter.createCounter("aperture.flows", { unit: "{flow}", description: "Flows that were started." });
    this.#unreachable = meter.createCounter("aperture.flows.unreachable", {
      unit: "{flow}",
      description: "Flows for which nobody could decide.",
    });
    this.#open = meter.createUpDownCounter("aperture.flows.open", {
      unit: "{flow}",
      description: "Flows that have not ended.",
    });
    this.#checkDuration = meter.createHistogram("aperture.check.duration", {
      unit: "ms",
      description: "How long a flow waited for its decision.",
    });
  }

  started(flow: Flow, checkMs: number): void {
    const { decision, rejectReason, failOpenReason } = flow;
    const place: Attributes = { "aperture.control_point": flow.controlPoint };
    const decided: Attributes = { ...place, "aperture.decision": decision };
    const reason = rejectReason ?? failOpenReason;
    this.#flows.add(1, reason === undefined ? decided : { ...decided, "aperture.reason": reason });
    this.#checkDuration.record(checkMs, decided);
    this.#open.add(1, place);
    if (failOpenReason !== undefined) this.#unreachable.add(1, { ...place, "aperture.reason": failOpenReason });
  }

  ended(flow: Flow): void {
    this.#open.add(-1, { "aperture.control_point": flow.controlPoint });
  }
}
