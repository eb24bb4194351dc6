import { expect } from "chai";
import type { CheckHttpRequest } from "../../../src/contract/http.ts";
import {
  addressFromWire,
  checkHttpResponseFromWire,
  httpFromWire,
  wireFromCheckHttpRequest,
  wireFromRejection,
} from "../../../src/grpc/wire/http.ts";
import { WIRE } from "../../../src/grpc/wire/load-proto.ts";
import type { WireCheckHttpRequest, WireDecision } from "../../../src/grpc/wire/messages.ts";

const request: CheckHttpRequest = {
  controlPoint: "cp",
  labels: { plan: "gold" },
  http: {
    method: "POST",
    path: "/pay?amount=5",
    host: "shop.test",
    scheme: "https",
    protocol: "HTTP/2",
    size: -1,
    headers: { Accept: "*/*", baggage: "plan=free,admin=1", Baggage: "plan=free" },
    body: "{}",
  },
  source: { address: "10.0.0.1", port: 5000 },
  destination: { address: "", port: 443 },
  rampMode: true,
  expectEnd: true,
};

function through(sent: CheckHttpRequest, left: string[] = []): WireCheckHttpRequest {
  const wire = wireFromCheckHttpRequest(sent, (names) => left.push(...names));
  return WIRE.checkHttp.requestDeserialize(WIRE.checkHttp.requestSerialize(wire));
}

describe("CheckHTTPRequest on the wire", () => {
  it("carries the request, the application's labels as its baggage and nobody else's", () => {
    const wire = through(request);
    expect(wire).to.deep.include({ control_point: "cp", ramp_mode: true, expect_end: true });
    const { headers, ...http } = httpFromWire(wire.request ?? {});
    expect(http).to.deep.equal({
      method: "POST",
      path: "/pay?amount=5",
      host: "shop.test",
      scheme: "https",
      protocol: "HTTP/2",
      size: -1,
      body: "{}",
    });
    expect({ ...headers }).to.deep.equal({ accept: "*/*", baggage: "plan=gold" });
  });

  it("leaves out an address that is not known, which an agent would refuse", () => {
    const wire = through(request);
    expect(addressFromWire(wire.source)).to.deep.equal({ address: "10.0.0.1", port: 5000 });
    expect(wire.destination).to.equal(undefined);
  });

  it("tells which labels it cannot carry", () => {
    const left: string[] = [];
    through({ ...request, labels: { "a b": "1", plan: "gold" } }, left);
    expect(left).to.deep.equal(["a b"]);
  });

  it("reads as an empty request what has no fields", () => {
    const { headers, ...http } = httpFromWire({});
    const empty = { method: "", path: "", host: "", scheme: "", protocol: "", size: 0, body: undefined };
    expect(http).to.deep.equal(empty);
    expect(headers["constructor"]).to.equal(undefined);
  });
});

function dropBy(waitMs: number, dropped = true): WireDecision {
  return { dropped, wait_time: { nanos: waitMs * 1e6 }, rate_limiter_info: {} };
}

describe("CheckHTTPResponse on the wire", () => {
  const rejection = { decision_type: 1, reject_reason: 1 };

  it("takes the longest wait of the limiters that dropped the flow", () => {
    const limiter_decisions = [dropBy(50), dropBy(120), dropBy(900, false)];
    const denied_response = { status: 418, headers: { "retry-after": "1" } };
    const response = checkHttpResponseFromWire(
      { denied_response, check_response: { ...rejection, limiter_decisions } },
      false,
    );
    expect(response).to.include({ accepted: false, reason: "rate-limited", status: 418, waitMs: 120 });
  });

  it("takes the header where no limiter knows the wait", () => {
    const denied_response = { headers: { "retry-after": "3" } };
    const response = checkHttpResponseFromWire({ denied_response, check_response: rejection }, false);
    expect(response).to.include({ status: 429, waitMs: 3000 });
  });

  for (const [status, reason] of [
    [429, "rate-limited"],
    [503, "no-tokens"],
    [403, "not-sampled"],
    [0, "not-sampled"],
  ] as const) {
    it(`reads a denial with status ${status} alone as ${reason}`, () => {
      const response = checkHttpResponseFromWire({ denied_response: { status } }, true);
      expect(response).to.deep.equal({ accepted: false, reason, status: status || 403, waitMs: 0, decisions: [] });
    });
  }

  it("admits with a bare OK, but not in ramp mode", () => {
    expect(checkHttpResponseFromWire({ ok_response: {} }, false).accepted).to.equal(true);
    expect(() => checkHttpResponseFromWire({ ok_response: {} }, true)).to.throw("makes no sense");
  });

  it("makes no sense when empty or when it says both", () => {
    expect(() => checkHttpResponseFromWire({}, false)).to.throw("makes no sense");
    expect(() => checkHttpResponseFromWire({ denied_response: {}, check_response: {} }, false)).to.throw("no sense");
  });

  it("tells the wait of a rejection in whole seconds, rounded up", () => {
    const rejected = { accepted: false, reason: "rate-limited", status: 429, decisions: [] } as const;
    expect(wireFromRejection({ ...rejected, waitMs: 0 })).to.deep.equal({ status: 429 });
    expect(wireFromRejection({ ...rejected, waitMs: 1 }).headers).to.deep.equal({ "retry-after": "1" });
    expect(wireFromRejection({ ...rejected, waitMs: 1000.5 }).headers).to.deep.equal({ "retry-after": "2" });
  });
});
