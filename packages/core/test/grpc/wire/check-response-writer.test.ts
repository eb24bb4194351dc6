import type { Buffer } from "node:buffer";
import { fromJSON, type PackageDefinition } from "@grpc/proto-loader";
import { expect } from "chai";
import fc from "fast-check";
import type { CheckResponse, LimiterDecision, LimiterKind } from "../../../src/contract/check.ts";
import { wireFromCheckResponse } from "../../../src/grpc/wire/check.ts";
import { CheckResponseWriter } from "../../../src/grpc/wire/check-response-writer.ts";
import { DESCRIPTOR } from "../../../src/grpc/wire/descriptor.ts";
import { WIRE } from "../../../src/grpc/wire/load-proto.ts";
import type { WireCheckResponse } from "../../../src/grpc/wire/messages.ts";

type Services = Exclude<PackageDefinition[string], { readonly format: string }>;

/** Reads messages with the defaults of absent fields in their places. */
const definitions = fromJSON(DESCRIPTOR as Parameters<typeof fromJSON>[0], { longs: String, defaults: true });
const { Check } = definitions["aperture.flowcontrol.check.v1.FlowControlService"] as Services;
const read = (bytes: Buffer): object => (Check as NonNullable<typeof Check>).responseDeserialize(bytes);

const text = fc.string({ unit: "grapheme", maxLength: 60 });
/** Proto-loader writes a 0 below 0, which is none that a limiter has. */
const number = fc.double({ noNaN: true }).map((value) => value + 0);
const waitMs = fc.double({ min: 0, max: 1e15, noNaN: true });
const ref = fc.record({ policy: text, policyHash: text, component: text });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const decision: fc.Arbitrary<LimiterDecision> = fc.record({
  ref,
  kind: fc.constantFrom<LimiterKind>(
    "sampler",
    "rate-limiter",
    "concurrency-limiter",
    "quota-scheduler",
    "concurrency-scheduler",
    "load-scheduler",
  ),
  dropped: fc.boolean(),
  label: text,
  workload: optional(text),
  priority: optional(number),
  tokens: fc.record({ consumed: number, remaining: number, current: number }),
  waitMs,
  status: optional(fc.constantFrom(0, 429, 503, 599)),
  reason: optional(fc.constant("key-not-found" as const)),
  lease: optional(fc.record({ ref, label: text, id: text, tokens: number })),
});

const lookup = fc.record({ hit: fc.constant(true), value: fc.uint8Array() });

const response: fc.Arbitrary<CheckResponse> = fc.oneof(
  fc.record({
    accepted: fc.constant(true as const),
    decisions: fc.array(decision, { maxLength: 3 }),
    leases: fc.constant([]),
    cache: optional(fc.record({ result: optional(lookup), global: fc.constant(new Map()) })),
  }),
  fc.record({
    accepted: fc.constant(false as const),
    reason: fc.constantFrom("rate-limited" as const, "no-tokens" as const, "not-sampled" as const),
    status: fc.constantFrom(0, 429, 503),
    waitMs,
    decisions: fc.array(decision, { maxLength: 3 }),
  }),
);

const message: fc.Arbitrary<WireCheckResponse> = fc
  .record({
    response,
    request: fc.record({ controlPoint: text, expectEnd: fc.boolean(), services: fc.array(text, { maxLength: 3 }) }),
    telemetryLabels: fc.dictionary(text, text, { maxKeys: 12 }),
    startMs: waitMs,
    endMs: waitMs,
  })
  .map(({ response: answer, telemetryLabels, ...frame }) =>
    wireFromCheckResponse(answer, { ...frame, telemetryLabels, labelNames: Object.keys(telemetryLabels) }),
  );

describe("CheckResponseWriter", () => {
  it("writes what proto-loader writes, but for fields that have their defaults", () => {
    const writer = new CheckResponseWriter();
    fc.assert(
      fc.property(message, (sent) => {
        expect(read(writer.write(sent))).to.deep.equal(read(WIRE.check.responseSerialize(sent)));
      }),
      { numRuns: 500 },
    );
  });

  it("says also of a flow that was accepted that it was decided", () => {
    const bytes = new CheckResponseWriter().write({ decision_type: 0 });
    expect(WIRE.check.responseDeserialize(bytes)).to.deep.equal({ decision_type: 0 });
  });

  it("leaves nothing of an answer that it could not write in the next one", () => {
    const writer = new CheckResponseWriter();
    const odd = { control_point: 7 as unknown as string, expect_end: true };
    expect(WIRE.check.responseDeserialize(writer.write(odd))).to.deep.equal({ control_point: "7", expect_end: true });
    const next = { control_point: "cp" };
    expect(WIRE.check.responseDeserialize(writer.write(next))).to.deep.equal(next);
  });

  it("keeps what only an agent knows of its answers", () => {
    const sent = { control_point: "cp", flux_meter_infos: [{ flux_meter_name: "latency" }], classifier_infos: [{}] };
    expect(WIRE.check.responseDeserialize(new CheckResponseWriter().write(sent))).to.deep.equal(sent);
  });
});
