import type { Buffer } from "node:buffer";
import type { Complaints } from "../complaints.ts";
import { errorFrom } from "../contract/errors.ts";
import { startTimer, type Timer } from "../time.ts";

/** What became of flows' telemetry. */
export interface ExportCounts {
  readonly sent: number;
  /** Lost, because the agent did not take them or could not keep up. */
  readonly dropped: number;
  readonly queued: number;
}

/** Four such batches carry what a busy client ends while it comes to its connection once, a tenth of a second then. */
const BATCH = 250;
/** Agents refuse a message of more than 4 MB, with all that is in it; so one long flow must not take others with it. */
const BATCH_BYTES = 2_000_000;
/** What 5000 flows a second leave behind while an agent pauses for most of a second. */
const MOST_QUEUED = 4096;
const MOST_QUEUED_BYTES = 8_000_000;
const SEND_EVERY_MS = 1000;

/** Batches that may be on their way at one time. */
export const MOST_BATCHES = 4;

/**
 * Collects spans of flows and sends them in batches. A batch that is not taken is not sent again.
 *
 * At most 4096 spans wait, of 8 MB together, and four batches are on their way, of 2 MB each: 16 MB is the most that an agent
 * that is slow or hangs can cost, beside a copy of the batches. What does not fit is dropped and counted.
 */
export class FlowExport {
  readonly #send: (spans: readonly Buffer[]) => Promise<unknown>;
  readonly #complaints: Complaints;
  readonly #sending = new Set<Promise<void>>();
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #timer: Timer | undefined;
  #sent = 0;
  #dropped = 0;

  constructor(send: (spans: readonly Buffer[]) => Promise<unknown>, complaints: Complaints) {
    this.#send = send;
    this.#complaints = complaints;
  }

  get counts(): ExportCounts {
    return { sent: this.#sent, dropped: this.#dropped, queued: this.#queue.length };
  }

  add(span: Buffer): void {
    if (this.#queue.length === MOST_QUEUED || this.#queuedBytes + span.length > MOST_QUEUED_BYTES) {
      this.#drop(1, "the agent is too slow for them");
      return;
    }
    this.#queue.push(span);
    this.#queuedBytes += span.length;
    if (this.#isFull) this.#next();
    else this.#wait();
  }

  /** Sends all that is queued. Never rejects, and takes as long as the calls may. */
  async flush(): Promise<void> {
    while (this.#queue.length > 0 || this.#sending.size > 0) {
      this.#next();
      await Promise.race(this.#sending);
    }
  }

  /** There is enough for a batch. */
  get #isFull(): boolean {
    return this.#queue.length >= BATCH || this.#queuedBytes >= BATCH_BYTES;
  }

  #wait(): void {
    this.#timer ??= startTimer(SEND_EVERY_MS, () => {
      this.#timer = undefined;
      this.#next();
    });
  }

  #next(): void {
    if (this.#queue.length === 0 || this.#sending.size === MOST_BATCHES) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    const batch = this.#queue.splice(0, batchSize(this.#queue));
    for (const span of batch) this.#queuedBytes -= span.length;
    const sending = this.#sendBatch(batch).then(() => {
      this.#sending.delete(sending);
      if (this.#isFull) this.#next();
      else if (this.#queue.length > 0) this.#wait();
    });
    this.#sending.add(sending);
  }

  async #sendBatch(batch: readonly Buffer[]): Promise<void> {
    try {
      await this.#send(batch);
      this.#sent += batch.length;
    } catch (cause) {
      this.#drop(batch.length, errorFrom(cause).message);
    }
  }

  #drop(flows: number, why: string): void {
    this.#dropped += flows;
    this.#complaints.say("telemetry", () => `telemetry of flows was lost, ${this.#dropped} in all: ${why}`);
  }
}

/** How many of the first spans go together; at least one. */
function batchSize(queue: readonly Buffer[]): number {
  let [size, bytes] = [0, 0];
  for (const span of queue) {
    bytes += span.length;
    if (size === BATCH || (size > 0 && bytes > BATCH_BYTES)) break;
    size += 1;
  }
  return size;
}
