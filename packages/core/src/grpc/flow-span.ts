import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import type { FlowRecord } from "../contract/flow-record.ts";
import { ATTRIBUTE, SPAN_NAME } from "./flow-attributes.ts";
import { ProtoWriter } from "./wire/proto-writer.ts";

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const ID_BYTES = TRACE_ID_BYTES + SPAN_ID_BYTES;

/** Random bytes are asked for in portions: asking costs more than they do. */
const IDS_AT_ONCE = 128;

/**
 * Writes flows as OTLP spans that agents can read, and batches of them: milliseconds for agents of today, nanoseconds for
 * older ones, the check's answer as the base64 of its bytes.
 */
export class FlowSpanWriter {
  readonly #writer = new ProtoWriter();
  readonly #ids = Buffer.alloc(ID_BYTES * IDS_AT_ONCE);
  #nextId = this.#ids.length;

  /** One span, to be put into a batch. */
  span(record: FlowRecord, answer: Buffer): Buffer {
    const { status, startMs, workloadStartMs, endMs, httpStatusCode } = record;
    const writer = this.#writer;
    if (httpStatusCode !== undefined) this.#text(ATTRIBUTE.httpStatusCode, String(httpStatusCode));
    this.#time(ATTRIBUTE.endMs, ATTRIBUTE.endNs, endMs);
    this.#time(ATTRIBUTE.workloadStartMs, ATTRIBUTE.workloadStartNs, workloadStartMs);
    this.#time(ATTRIBUTE.startMs, ATTRIBUTE.startNs, startMs);
    this.#text(ATTRIBUTE.status, status);
    this.#text(ATTRIBUTE.checkResponse, answer.toString("base64"));
    this.#text(ATTRIBUTE.source, "sdk");
    const end = nanosOf(endMs);
    const start = nanosOf(startMs);
    writer.fixed64(8, end.high, end.low);
    writer.fixed64(7, start.high, start.low);
    writer.text(5, SPAN_NAME);
    const id = this.#id();
    writer.bytes(2, id.subarray(TRACE_ID_BYTES));
    writer.bytes(1, id.subarray(0, TRACE_ID_BYTES));
    return writer.finish();
  }

  /** An ExportTraceServiceRequest. */
  batch(spans: readonly Buffer[]): Buffer {
    const writer = this.#writer;
    for (const span of spans.toReversed()) writer.bytes(2, span);
    const scope = writer.length;
    writer.text(1, "@aperture-flow/core");
    writer.head(1, scope);
    writer.head(2, 0);
    const resource = writer.length;
    this.#text("service.name", "@aperture-flow/core", 1);
    writer.head(1, resource);
    writer.head(1, 0);
    return writer.finish();
  }

  #text(key: string, value: string, field = 9): void {
    const attribute = this.#writer.length;
    this.#writer.text(1, value);
    this.#writer.head(2, attribute);
    this.#writer.text(1, key);
    this.#writer.head(field, attribute);
  }

  #time(msKey: string, nsKey: string, ms: number): void {
    const whole = Math.floor(ms);
    this.#integer(nsKey, nanosOf(ms));
    this.#integer(msKey, { high: Math.floor(whole / TWO_32), low: whole % TWO_32 });
  }

  #integer(key: string, { high, low }: Halves): void {
    const attribute = this.#writer.length;
    this.#writer.int64(3, high, low);
    this.#writer.head(2, attribute);
    this.#writer.text(1, key);
    this.#writer.head(9, attribute);
  }

  #id(): Buffer {
    if (this.#nextId === this.#ids.length) {
      randomFillSync(this.#ids);
      this.#nextId = 0;
    }
    this.#nextId += ID_BYTES;
    return this.#ids.subarray(this.#nextId - ID_BYTES, this.#nextId);
  }
}

/** A whole number beyond 2 ** 53. */
interface Halves {
  readonly high: number;
  readonly low: number;
}

const TWO_32 = 2 ** 32;

/** Nanoseconds since the epoch, exactly: an agent takes integers only, and a double would round them to 256. */
function nanosOf(ms: number): Halves {
  const whole = Math.floor(ms);
  const below = (whole % TWO_32) * 1e6 + Math.floor((ms - whole) * 1e6);
  return { high: Math.floor(whole / TWO_32) * 1e6 + Math.floor(below / TWO_32), low: below % TWO_32 };
}
