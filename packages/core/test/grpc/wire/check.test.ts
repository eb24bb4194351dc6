import { expect } from "chai";
import fc from "fast-check";
import type { CheckRequest, CheckResponse, LimiterDecision, LimiterKind } from "../../../src/contract/check.ts";
import { checkRequestFromWire, checkResponseFromWire, wireFromCheckResponse } from "../../../src/grpc/wire/check.ts";
import { CheckRequestWriter } from "../../../src/grpc/wire/check-bytes.ts";
import { WIRE } from "../../../src/grpc/wire/load-proto.ts";
import type { WireCheckResponse } from "../../../src/grpc/wire/messages.ts";

/** Any text but halves of surrogate pairs. */
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const labels = fc.dictionary(text, text, { maxKeys: 12 });

const request: fc.Arbitrary<CheckRequest> = fc.record({
  controlPoint: text,
  labels,
  rampMode: fc.boolean(),
  expectEnd: fc.boolean(),
  cache: fc.option(fc.record({ resultKey: fc.option(text, { nil: undefined }), globalKeys: fc.array(text) }), {
    nil: undefined,
  }),
});

/** Through bytes, as an agent would get it. */
function received(request: CheckRequest): CheckRequest {
  return checkRequestFromWire(WIRE.check.requestDeserialize(new CheckRequestWriter().write(request)));
}

describe("CheckRequest on the wire", () => {
  it("arrives as it was sent", () => {
    fc.assert(
      fc.property(request, (sent) => {
        const { cache, ...plain } = received(sent);
        expect({ ...plain, labels: { ...plain.labels } }).to.deep.equal({
          controlPoint: sent.controlPoint,
          labels: { ...sent.labels },
          rampMode: sent.rampMode,
          expectEnd: sent.expectEnd,
        });
        expect(cache?.resultKey).to.equal(sent.cache?.resultKey || undefined);
        expect(cache?.globalKeys).to.deep.equal(sent.cache?.globalKeys);
      }),
    );
  });

  it("arrives with labels of any length, one writer writing them all", () => {
    const writer = new CheckRequestWriter();
    for (const length of [0, 1, 127, 128, 16_383, 16_384, 100_000]) {
      const value = "x".repeat(length);
      const bytes = writer.write({ controlPoint: "cp", labels: { value }, rampMode: false, expectEnd: true });
      expect(WIRE.check.requestDeserialize(bytes)).to.deep.equal({
        control_point: "cp",
        labels: { value },
        expect_end: true,
      });
    }
  });

  it("keeps label names that objects are born with", () => {
    const labels = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}');
    const sent: CheckRequest = { controlPoint: "cp", labels, rampMode: false, expectEnd: false };
    expect(Object.entries(received(sent).labels)).to.have.deep.members(Object.entries(labels));
    expect(received({ ...sent, labels: {} }).labels["constructor"]).to.equal(undefined);
  });

  it("replaces halves of surrogate pairs, which would make an agent refuse the check", () => {
    const sent: CheckRequest = {
      controlPoint: "c\ud800",
      labels: { "n\udc00": "v\ud800w" },
      rampMode: false,
      expectEnd: false,
    };
    const { controlPoint, labels } = received(sent);
    expect(controlPoint).to.equal("c\ufffd");
    expect({ ...labels }).to.deep.equal({ "n\ufffd": "v\ufffdw" });
  });
});

const ref = { policy: "p", policyHash: "h", component: "c" };

function decisionOf(kind: LimiterKind, more: Partial<LimiterDecision> = {}): LimiterDecision {
  const scheduler = kind.endsWith("scheduler");
  const leasing = kind.startsWith("concurrency");
  const label = kind === "load-scheduler" ? "default" : "user:alice";
  return {
    ref,
    kind,
    dropped: false,
    label,
    workload: scheduler ? "1" : undefined,
    priority: scheduler ? 2.5 : undefined,
    tokens:
      kind === "sampler" ? { consumed: 0, remaining: 0, current: 0 } : { consumed: 1, remaining: 4.5, current: 2 },
    waitMs: 250,
    status: 429,
    lease: leasing ? { ref, label, id: "lease-1", tokens: 1 } : undefined,
    reason: undefined,
    ...more,
  };
}

const KINDS: readonly LimiterKind[] = [
  "sampler",
  "rate-limiter",
  "concurrency-limiter",
  "quota-scheduler",
  "concurrency-scheduler",
  "load-scheduler",
];

const frame = {
  request: { controlPoint: "cp", expectEnd: true },
  labelNames: ["b", "a"],
  telemetryLabels: { b: "1" },
  startMs: 1000,
  endMs: 1001.5,
};

function answered(response: CheckResponse, rampMode = false): CheckResponse {
  const bytes = WIRE.check.responseSerialize(wireFromCheckResponse(response, frame));
  return checkResponseFromWire(WIRE.check.responseDeserialize(bytes), rampMode);
}

describe("CheckResponse on the wire", () => {
  it("has a wait of 0 in decisions of limiters only, as in Aperture", () => {
    const decisions = KINDS.map((kind) => decisionOf(kind, { waitMs: 0 }));
    const { limiter_decisions = [] } = wireFromCheckResponse({ accepted: true, decisions, leases: [] }, frame);
    const told = KINDS.filter((_, index) => limiter_decisions[index]?.wait_time !== undefined);
    expect(told).to.deep.equal(["rate-limiter", "concurrency-limiter"]);
  });

  for (const kind of KINDS) {
    it(`carries the decision of a ${kind}`, () => {
      const decision = decisionOf(kind);
      const response = answered({ accepted: true, decisions: [decision], leases: [] });
      expect(response.decisions).to.deep.equal([decision]);
      expect(response).to.have.deep.property("leases", decision.lease === undefined ? [] : [decision.lease]);
    });
  }

  it("carries a lease that no decision tells of", () => {
    const lease = { ref, label: "default", id: "lease-1", tokens: 2 };
    expect(answered({ accepted: true, decisions: [], leases: [lease] })).to.have.deep.property("leases", [lease]);
  });

  it("carries why a limiter let a flow pass", () => {
    const decision = decisionOf("rate-limiter", { reason: "key-not-found" });
    expect(answered({ accepted: true, decisions: [decision], leases: [] }).decisions[0]?.reason).to.equal(
      "key-not-found",
    );
  });

  for (const [reason, status, usual] of [
    ["rate-limited", 418, 429],
    ["no-tokens", 500, 503],
    ["not-sampled", 404, 403],
    ["no-matching-ramp", 401, 403],
  ] as const) {
    it(`carries the rejection ${reason}`, () => {
      const rejection = { accepted: false, reason, status, waitMs: 1500.25, decisions: [] } as const;
      expect(answered(rejection)).to.deep.equal(rejection);
      for (const unusable of [0, 100, 199, 299, 999]) {
        expect(answered({ ...rejection, status: unusable })).to.have.property("status", usual);
      }
    });
  }

  it("does not lend what was dropped", () => {
    const dropped = { ...decisionOf("concurrency-limiter"), dropped: true };
    expect(answered({ accepted: true, decisions: [dropped], leases: [] })).to.have.deep.property("leases", []);
  });

  it("carries the names of labels sorted, and when it was decided", () => {
    const wire = wireFromCheckResponse({ accepted: true, decisions: [], leases: [] }, frame);
    expect(wire.flow_label_keys).to.deep.equal(["a", "b"]);
    expect([wire.start, wire.end]).to.deep.equal([
      { seconds: 1, nanos: 0 },
      { seconds: 1, nanos: 1_500_000 },
    ]);
  });

  it("passes over components that this version does not know", () => {
    const wire = { limiter_decisions: [{ policy_name: "p", component_id: "new" }] };
    expect(checkResponseFromWire(wire, false)).to.deep.include({ accepted: true, decisions: [] });
  });

  const senseless: readonly (readonly [string, WireCheckResponse])[] = [
    ["an unknown decision", { decision_type: 7, control_point: "cp" }],
    ["an unknown reason", { decision_type: 1, reject_reason: 7, control_point: "cp" }],
    ["a rejection without a reason", { decision_type: 1, control_point: "cp" }],
    [
      "tokens that are no number",
      { control_point: "cp", limiter_decisions: [{ rate_limiter_info: { tokens_info: { remaining: Number.NaN } } }] },
    ],
  ];
  for (const [what, wire] of senseless) {
    it(`is no answer with ${what}`, () => {
      for (const rampMode of [true, false]) {
        expect(() => checkResponseFromWire(wire, rampMode))
          .to.throw("makes no sense")
          .with.property("reason", "agent-error");
      }
    });
  }

  it("admits nothing in ramp mode when it is empty", () => {
    expect(() => checkResponseFromWire({}, true)).to.throw("an empty answer in ramp mode");
    expect(checkResponseFromWire({}, false).accepted).to.equal(true);
    expect(checkResponseFromWire({ control_point: "cp" }, true).accepted).to.equal(true);
    expect(checkResponseFromWire({ start: {} }, true).accepted).to.equal(true);
  });

  it("never admits anything else than what decodes, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const { accepted } = checkResponseFromWire(WIRE.check.responseDeserialize(Buffer.from(bytes)), false);
          expect(accepted).to.be.a("boolean");
        } catch (error) {
          expect(error).to.be.instanceOf(Error);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
