import type { Complaints } from "../complaints.ts";
import { startTimer, type Timer } from "../time.ts";
import { exportRequest } from "./flow-span.ts";
import type { WireExportRequest, WireSpan } from "./wire/messages.ts";

/** What became of flows' telemetry. */
export interface ExportCounts {
  readonly sent: number;
  /** Lost, because the agent did not take them or could not keep up. */
  readonly dropped: number;
  readonly queued: number;
}

const BATCH = 512;
const MOST_QUEUED = 2048;
const SEND_EVERY_MS = 1000;

/** Collects spans of flows and sends them in batches, one at a time. A batch that is not taken is not sent again. */
export class FlowExport {
  readonly #send: (request: WireExportRequest) => Promise<unknown>;
  readonly #complaints: Complaints;
  #queue: WireSpan[] = [];
  #timer: Timer | undefined;
  #sending: Promise<void> | undefined;
  #sent = 0;
  #dropped = 0;

  constructor(send: (request: WireExportRequest) => Promise<unknown>, complaints: Complaints) {
    this.#send = send;
    this.#complaints = complaints;
  }

  get counts(): ExportCounts {
    return { sent: this.#sent, dropped: this.#dropped, queued: this.#queue.length };
  }

  add(span: WireSpan): void {
    if (this.#queue.length === MOST_QUEUED) {
      this.#drop(1, "the agent is too slow for them");
      return;
    }
    this.#queue.push(span);
    if (this.#queue.length >= BATCH) this.#next();
    else this.#timer ??= startTimer(SEND_EVERY_MS, () => this.#next());
  }

  /** Sends all that is queued. Never rejects, and takes as long as the calls may. */
  async flush(): Promise<void> {
    while (this.#queue.length > 0 || this.#sending !== undefined) {
      this.#next();
      await this.#sending;
    }
  }

  #next(): void {
    if (this.#sending !== undefined || this.#queue.length === 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    const batch = this.#queue.splice(0, BATCH);
    this.#sending = this.#sendBatch(batch).then(() => {
      this.#sending = undefined;
      if (this.#queue.length >= BATCH) this.#next();
      else if (this.#queue.length > 0) this.#timer ??= startTimer(SEND_EVERY_MS, () => this.#next());
    });
  }

  async #sendBatch(batch: readonly WireSpan[]): Promise<void> {
    try {
      await this.#send(exportRequest(batch));
      this.#sent += batch.length;
    } catch (cause) {
      this.#drop(batch.length, cause instanceof Error ? cause.message : String(cause));
    }
  }

  #drop(flows: number, why: string): void {
    this.#dropped += flows;
    this.#complaints.say("telemetry", () => `telemetry of flows was lost, ${this.#dropped} in all: ${why}`);
  }
}
