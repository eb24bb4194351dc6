import { Buffer } from "node:buffer";
import { expect } from "chai";
import { checkResponseFromWire } from "../../../src/grpc/wire/check.ts";
import { checkResponseFromJson } from "../../../src/grpc/wire/json.ts";

describe("a check response as JSON", () => {
  it("is read as the reference's JavaScript SDK prints it", () => {
    const text = JSON.stringify({
      start: "2024-05-01T00:00:00.000Z",
      end: null,
      controlPoint: "cp",
      telemetryFlowLabels: { userTier: "gold" },
      decisionType: 1,
      rejectReason: 1,
      waitTime: "0.5000000s",
      deniedResponseStatusCode: 429,
      limiterDecisions: [
        {
          policyName: "p",
          policyHash: "h",
          componentId: "c",
          dropped: true,
          reason: 0,
          rateLimiterInfo: { label: "user:a", tokensInfo: { remaining: 1, current: 2, consumed: 0 } },
          samplerInfo: null,
        },
      ],
      cacheLookupResponse: null,
      somethingNew: { x: 1 },
    });
    const wire = checkResponseFromJson(text);
    expect(wire.telemetry_flow_labels).to.deep.equal({ userTier: "gold" });
    const response = checkResponseFromWire(wire, false);
    expect(response).to.deep.include({ accepted: false, reason: "rate-limited", waitMs: 500 });
    expect(response.decisions[0]).to.deep.include({
      ref: { policy: "p", policyHash: "h", component: "c" },
      kind: "rate-limiter",
      label: "user:a",
      dropped: true,
    });
  });

  it("is read with names as on the wire and enums by name", () => {
    const wire = checkResponseFromJson(
      `{"control_point":"cp","decision_type":"DECISION_TYPE_REJECTED","reject_reason":"REJECT_REASON_NO_TOKENS",
        "cache_lookup_response":{"result_cache_response":{"value":"aGk=","lookup_status":"HIT"}}}`,
    );
    expect(checkResponseFromWire(wire, false)).to.include({ accepted: false, reason: "no-tokens", status: 503 });
    expect(wire.cache_lookup_response?.result_cache_response?.value).to.deep.equal(Buffer.from("hi"));
  });

  it("has no wait where the text is none", () => {
    expect(checkResponseFromJson('{"waitTime":"-1.-5s"}').wait_time).to.equal(undefined);
  });
});
