import type { Buffer } from "node:buffer";
import { WIRE } from "./load-proto.ts";
import type { WireCheckResponse, WireDecision, WireDuration, WireLimiterInfo } from "./messages.ts";
import { ProtoWriter } from "./proto-writer.ts";

/** Numbers of the fields of one kind's details; a kind has those of the message that are named. */
interface InfoFields {
  readonly label?: number;
  readonly workload?: number;
  readonly tokens?: number;
  readonly priority?: number;
  readonly requestId?: number;
}

const LIMITER: InfoFields = { label: 1, tokens: 2, requestId: 3 };
const SCHEDULER: InfoFields = { label: 1, workload: 2, tokens: 3, priority: 4, requestId: 5 };
const RATE_LIMITER: InfoFields = { label: 1, tokens: 2 };
const QUOTA_SCHEDULER: InfoFields = { label: 1, workload: 2, tokens: 3, priority: 4 };
const LOAD_SCHEDULER: InfoFields = { workload: 1, tokens: 2, priority: 3 };
const SAMPLER: InfoFields = { label: 1 };

const TWO_32 = 2 ** 32;

/**
 * Writes CheckResponse messages, as they are made for a service's answers; see `proto/`. One for each service, as it is
 * used again and again. Proto-loader takes four times as long.
 */
export class CheckResponseWriter {
  #writer = new ProtoWriter();

  write(response: WireCheckResponse): Buffer {
    const { classifier_infos: classifiers, flux_meter_infos: meters } = response;
    // Controls know neither; somebody else's interceptor may.
    if (classifiers !== undefined || meters !== undefined) return WIRE.check.responseSerialize(response);
    try {
      this.#answer(response);
      return this.#writer.finish();
    } catch {
      // A value of another type than it should have, half of the message being written: proto-loader takes or refuses it.
      this.#writer = new ProtoWriter();
      return WIRE.check.responseSerialize(response);
    }
  }

  #answer(response: WireCheckResponse): void {
    const writer = this.#writer;
    const { cache_lookup_response: cache, limiter_decisions: decisions = [] } = response;
    if (response.expect_end) writer.true(16);
    if (cache !== undefined) writer.bytes(15, WIRE.cacheLookup.responseSerialize(cache));
    if (response.denied_response_status_code) writer.integer(14, response.denied_response_status_code);
    this.#duration(13, response.wait_time);
    for (let index = decisions.length - 1; index >= 0; index -= 1) this.#decision(decisions[index] as WireDecision);
    if (response.reject_reason) writer.integer(9, response.reject_reason);
    // Said also where it is the default, so that an answer is never empty.
    if (response.decision_type !== undefined) writer.integer(8, response.decision_type);
    this.#labels(response);
    this.#texts(6, response.flow_label_keys);
    if (response.control_point) writer.text(5, response.control_point);
    this.#texts(4, response.services);
    this.#duration(2, response.end);
    this.#duration(1, response.start);
  }

  #labels({ telemetry_flow_labels: labels = {} }: WireCheckResponse): void {
    const writer = this.#writer;
    for (const name of Object.keys(labels)) {
      const before = writer.length;
      writer.text(2, labels[name] as string);
      writer.text(1, name);
      writer.head(7, before);
    }
  }

  #texts(field: number, texts: readonly string[] = []): void {
    for (let index = texts.length - 1; index >= 0; index -= 1) this.#writer.text(field, texts[index] as string);
  }

  #decision(decision: WireDecision): void {
    const writer = this.#writer;
    const before = writer.length;
    this.#info(25, decision.concurrency_scheduler_info, SCHEDULER);
    this.#info(24, decision.concurrency_limiter_info, LIMITER);
    this.#info(23, decision.quota_scheduler_info, QUOTA_SCHEDULER);
    this.#info(22, decision.sampler_info, SAMPLER);
    this.#info(21, decision.load_scheduler_info, LOAD_SCHEDULER);
    this.#info(20, decision.rate_limiter_info, RATE_LIMITER);
    this.#duration(11, decision.wait_time);
    if (decision.denied_response_status_code) writer.integer(10, decision.denied_response_status_code);
    if (decision.reason) writer.integer(5, decision.reason);
    if (decision.dropped) writer.true(4);
    this.#text(3, decision.component_id);
    this.#text(2, decision.policy_hash);
    this.#text(1, decision.policy_name);
    writer.head(12, before);
  }

  #info(field: number, info: WireLimiterInfo | undefined, fields: InfoFields): void {
    if (info === undefined) return;
    const writer = this.#writer;
    const before = writer.length;
    this.#text(fields.requestId, info.request_id);
    this.#double(fields.priority, info.priority);
    if (fields.tokens !== undefined && info.tokens_info !== undefined) {
      const inner = writer.length;
      this.#double(3, info.tokens_info.consumed);
      this.#double(2, info.tokens_info.current);
      this.#double(1, info.tokens_info.remaining);
      writer.head(fields.tokens, inner);
    }
    this.#text(fields.workload, info.workload_index);
    this.#text(fields.label, info.label);
    writer.head(field, before);
  }

  /** What is empty is not written: it is what a reader takes an absent field for. */
  #text(field: number | undefined, text: string | undefined): void {
    if (field !== undefined && text) this.#writer.text(field, text);
  }

  #double(field: number | undefined, value: number | undefined): void {
    if (field !== undefined && value !== undefined && value !== 0) this.#writer.double(field, value);
  }

  #duration(field: number, duration: WireDuration | undefined): void {
    if (duration === undefined) return;
    const writer = this.#writer;
    const before = writer.length;
    const seconds = Number(duration.seconds ?? 0);
    if (duration.nanos) writer.integer(2, duration.nanos);
    writer.int64(1, Math.floor(seconds / TWO_32), seconds % TWO_32);
    writer.head(field, before);
  }
}
