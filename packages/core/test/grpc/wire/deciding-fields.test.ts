import { expect } from "chai";
import fc from "fast-check";
import { decidingFields } from "../../../src/grpc/wire/deciding-fields.ts";
import { WIRE } from "../../../src/grpc/wire/load-proto.ts";
import type { WireCheckResponse } from "../../../src/grpc/wire/messages.ts";

const { responseSerialize: write, responseDeserialize: read } = WIRE.check;

const texts = fc.array(fc.string());
const decision = fc.record({ policy_name: fc.string(), component_id: fc.string(), dropped: fc.boolean() });
const time = fc.record({ seconds: fc.integer({ min: 0 }).map(String), nanos: fc.nat(999_999_999) });
const responses: fc.Arbitrary<WireCheckResponse> = fc.record(
  {
    start: time,
    end: time,
    services: texts,
    control_point: fc.string(),
    flow_label_keys: texts,
    telemetry_flow_labels: fc.dictionary(fc.string(), fc.string()),
    decision_type: fc.constantFrom(0, 1),
    reject_reason: fc.nat(4),
    limiter_decisions: fc.array(decision),
    wait_time: time,
    denied_response_status_code: fc.constantFrom(429, 503),
    expect_end: fc.boolean(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<WireCheckResponse>;

describe("decidingFields", () => {
  it("leaves out what is handed back, all but the fact of a start, and nothing else", () => {
    fc.assert(
      fc.property(responses, (response) => {
        const whole = read(write(response));
        const { end: _end, services: _services, flow_label_keys: _keys, ...rest } = whole;
        const { telemetry_flow_labels: _labels, ...deciding } = rest;
        if (deciding.start !== undefined) Object.assign(deciding, { start: {} });
        expect(read(decidingFields(write(response)))).to.deep.equal(deciding);
      }),
    );
  });

  it("leaves what it cannot follow to the reader of messages", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const answer = Buffer.from(bytes);
        const before = Buffer.from(bytes);
        const deciding = decidingFields(answer);
        expect(answer).to.deep.equal(before);
        expect(deciding.length).to.be.at.most(answer.length);
      }),
    );
    for (const cutOff of [[0x32], [0x32, 5, 1], [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]) {
      expect(decidingFields(Buffer.from(cutOff))).to.deep.equal(Buffer.from(cutOff));
    }
  });
});
