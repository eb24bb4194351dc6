import { Buffer } from "node:buffer";
import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { ApertureError, type FailOpenReason } from "../../src/contract/errors.ts";
import { WIRE } from "../../src/grpc/wire/load-proto.ts";
import type { WireCheckHttpRequest } from "../../src/grpc/wire/messages.ts";
import { accepted, rejected, ScriptedControl } from "../../src/testing/index.ts";
import { decision, lease } from "../sample-decision.ts";
import { until } from "./connected.ts";
import { serving } from "./serving.ts";

describe("the Check of a served control", () => {
  it("asks the control and says what it was asked", () => {
    const control = new ScriptedControl(accepted({ decisions: [decision()] }));
    return serving(
      control,
      async (client) => {
        const request = { control_point: "cp", labels: { b: "2", a: "1" }, ramp_mode: true, expect_end: true };
        const response = await client.call(WIRE.check, request);
        expect(control.checks[0]).to.deep.include({ controlPoint: "cp", rampMode: true, expectEnd: true });
        expect({ ...control.checks[0]?.labels }).to.deep.equal({ a: "1", b: "2" });
        expect(control.checks[0]?.services).to.deep.equal(["of 127.0.0.1"]);
        const { start, end, limiter_decisions, ...rest } = response;
        expect(limiter_decisions).to.have.length(1);
        expect(Number(start?.seconds) * 1e9 + Number(start?.nanos)).to.be.at.most(
          Number(end?.seconds) * 1e9 + Number(end?.nanos),
        );
        expect(rest).to.deep.equal({
          services: ["of 127.0.0.1"],
          control_point: "cp",
          flow_label_keys: ["a", "b"],
          telemetry_flow_labels: { a: "1", b: "2", "aperture.control_point_type": "feature" },
          decision_type: 0,
          expect_end: true,
        });
      },
      { servicesOf: (address) => [`of ${address}`] },
    );
  });

  it("takes an empty request for a question like any other", () => {
    const control = new ScriptedControl();
    return serving(control, async (client) => {
      expect((await client.call(WIRE.check, {})).decision_type).to.equal(0);
      expect(control.checks[0]).to.deep.include({
        controlPoint: "",
        rampMode: false,
        expectEnd: false,
        cache: undefined,
      });
    });
  });

  it("tells the wait of a rejection only where there is one", () =>
    serving(new ScriptedControl(rejected({ waitMs: 900 }), rejected()), async (client) => {
      const waiting = await client.call(WIRE.check, { control_point: "cp" });
      expect(waiting).to.include({ decision_type: 1, reject_reason: 1, denied_response_status_code: 429 });
      expect(waiting.wait_time).to.deep.equal({ seconds: "0", nanos: 900_000_000 });
      expect((await client.call(WIRE.check, { control_point: "cp" })).wait_time).to.equal(undefined);
    }));

  it("looks up caches only for keys, and answers a look-up without any", () => {
    const control = new ScriptedControl();
    return serving(control, async (client) => {
      const empty = await client.call(WIRE.check, { control_point: "cp", cache_lookup_request: {} });
      expect(empty.cache_lookup_response).to.deep.equal({});
      expect(control.checks[0]?.cache).to.equal(undefined);
      const keys = { control_point: "another", result_cache_key: "r", global_cache_keys: ["g"] };
      const found = await client.call(WIRE.check, { control_point: "cp", cache_lookup_request: keys });
      expect(control.checks[1]?.cache).to.deep.include({ resultKey: "r", globalKeys: ["g"] });
      expect(found.cache_lookup_response?.result_cache_response?.lookup_status).to.equal(1);
    });
  });

  const codes: readonly (readonly [FailOpenReason, status])[] = [
    ["timeout", status.DEADLINE_EXCEEDED],
    ["unavailable", status.UNAVAILABLE],
    ["unauthenticated", status.UNAUTHENTICATED],
    ["invalid-argument", status.INVALID_ARGUMENT],
    ["cancelled", status.CANCELLED],
    ["closed", status.UNAVAILABLE],
    ["saturated", status.RESOURCE_EXHAUSTED],
    ["internal", status.INTERNAL],
  ];
  for (const [reason, code] of codes) {
    it(`fails with ${status[code]} where the control fails with "${reason}"`, () => {
      const error = new ApertureError("APERTURE_BACKEND", "no state", { reason });
      const failing = () => Promise.reject(error);
      return serving(new ScriptedControl(error, failing), async (client) => {
        for (let calls = 0; calls < 2; calls += 1) {
          expect(await client.failure(WIRE.check, {})).to.deep.equal({ code, details: "no state" });
        }
      });
    });
  }

  it("fails with INTERNAL where the control has a bug, and goes on", () => {
    const control = new ScriptedControl(() => {
      throw new TypeError("undefined is not a function");
    }, accepted());
    return serving(control, async (client) => {
      expect((await client.failure(WIRE.check, {})).code).to.equal(status.INTERNAL);
      expect((await client.call(WIRE.check, {})).decision_type).to.equal(0);
    });
  });

  it("tells the control how long the client waits, and when it no longer does", () => {
    let signal: AbortSignal | undefined;
    let timeoutMs: number | undefined;
    const control = new ScriptedControl((_, call) => {
      ({ signal, timeoutMs } = call);
      return new Promise(() => undefined);
    });
    return serving(control, async (client) => {
      expect((await client.failure(WIRE.check, {}, 100)).code).to.equal(status.DEADLINE_EXCEEDED);
      expect(timeoutMs).to.be.within(1, 100);
      await until(() => signal?.aborted === true);
    });
  });

  it("takes back what it lent to a client that has left", () => {
    let admit: () => void = () => undefined;
    const control = new ScriptedControl(
      () =>
        new Promise((resolve) => {
          admit = () => resolve(accepted({ leases: [lease("a")] }));
        }),
    );
    return serving(control, async (client) => {
      await client.failure(WIRE.check, { control_point: "cp" }, 50);
      // The server has a timer of its own for the same deadline.
      await new Promise((resolve) => setTimeout(resolve, 50));
      admit();
      await until(() => control.ends.length === 1);
      expect(control.heldLeases).to.deep.equal([]);
    });
  });
});

describe("the FlowEnd of a served control", () => {
  it("says of each reference what became of it, in their order, blank ones too", () => {
    const control = new ScriptedControl(accepted({ leases: [lease("a")] }));
    return serving(control, async (client) => {
      const { limiter_decisions = [] } = await client.call(WIRE.check, { control_point: "cp" });
      const [held] = limiter_decisions;
      const reference = {
        policy_name: held?.policy_name,
        policy_hash: held?.policy_hash,
        component_id: held?.component_id,
        label: held?.concurrency_limiter_info?.label,
        request_id: held?.concurrency_limiter_info?.request_id,
        tokens: 1,
      };
      const request = { control_point: "cp", inflight_requests: [{}, reference] };
      const { token_return_statuses = [] } = await client.call(WIRE.flowEnd, request);
      expect(token_return_statuses.map(({ returned }) => returned)).to.deep.equal([false, true]);
      expect(token_return_statuses[1]?.inflight_request_ref).to.deep.equal(reference);
      expect(await client.call(WIRE.flowEnd, {})).to.deep.equal({});
    });
  });
});

describe("the caches of a served control", () => {
  it("are written, read and deleted", () =>
    serving(new ScriptedControl(), async (client) => {
      const entry = { key: "r", value: Buffer.from("x"), ttl: { seconds: 5 } };
      const written = await client.call(WIRE.cacheUpsert, {
        control_point: "cp",
        result_cache_entry: entry,
        global_cache_entries: { g: { key: "ignored", value: Buffer.alloc(0) } },
      });
      expect(written).to.deep.equal({
        result_cache_response: { operation_status: 0 },
        global_cache_responses: { g: { operation_status: 0 } },
      });
      const keys = { control_point: "cp", result_cache_key: "r", global_cache_keys: ["g"] };
      const found = await client.call(WIRE.cacheLookup, keys);
      expect(found.result_cache_response).to.deep.include({ lookup_status: 0, value: Buffer.from("x") });
      expect(found.global_cache_responses?.["g"]?.lookup_status).to.equal(0);
      await client.call(WIRE.cacheDelete, keys);
      const gone = await client.call(WIRE.cacheLookup, keys);
      expect(gone.result_cache_response?.lookup_status).to.equal(1);
    }));
});

describe("the CheckHTTP of a served control", () => {
  const request: WireCheckHttpRequest = {
    control_point: "cp",
    expect_end: true,
    source: { address: "10.0.0.1", port: 5 },
    destination: { address: "10.0.0.2", port: 6 },
    request: {
      method: "GET",
      path: "/foo/bar?x=1",
      host: "example.com",
      scheme: "https",
      size: 9000,
      protocol: "HTTP/2",
      headers: { "Cache-Control": "none", ":path": "/", BAGGAGE: "plan=gold,http.method=PUT,aperture.source_fqdns=x" },
    },
  };

  it("hands over the request, and its baggage as labels that win", () => {
    const control = new ScriptedControl();
    return serving(
      control,
      async (client) => {
        const { check_response: check, ...answer } = await client.call(WIRE.checkHttp, request);
        const [asked] = control.httpChecks;
        expect(asked?.http).to.include({ method: "GET", path: "/foo/bar?x=1", size: 9000 });
        expect({ ...asked?.labels }).to.deep.equal({
          plan: "gold",
          "http.method": "PUT",
          "aperture.source_fqdns": "UNKNOWN",
          "aperture.destination_fqdns": "shop,web",
        });
        expect(asked).to.deep.include({
          services: ["shop", "web"],
          expectEnd: true,
          source: { address: "10.0.0.1", port: 5 },
        });
        expect(check?.telemetry_flow_labels).to.deep.equal({
          "http.method": "PUT",
          "http.target": "/foo/bar?x=1",
          "http.host": "example.com",
          "http.scheme": "https",
          "http.flavor": "2.0",
          plan: "gold",
          "aperture.control_point_type": "http",
          "aperture.source_fqdns": "",
          "aperture.destination_fqdns": "shop,web",
        });
        expect(check?.flow_label_keys).to.include.members(["http.request.header.cache_control", "plan", "http.flavor"]);
        expect(check?.flow_label_keys?.some((name) => name.includes(":"))).to.equal(false);
        expect(answer).to.deep.include({ status: { code: 0 }, ok_response: {} });
        const text = JSON.stringify(answer.dynamic_metadata);
        const bytes = /"stringValue":"([^"]+)"/.exec(text)?.[1] ?? "";
        const snapshot = WIRE.check.responseDeserialize(Buffer.from(bytes, "base64"));
        expect(snapshot).to.deep.include({ control_point: "cp", services: ["shop", "web"] });
      },
      { servicesOf: (address) => (address === "10.0.0.2" ? ["shop", "web"] : []) },
    );
  });

  it("makes a rejection ready to be sent", () =>
    serving(new ScriptedControl(rejected({ waitMs: 1001 }), rejected({ status: 503 })), async (client) => {
      const first = await client.call(WIRE.checkHttp, { control_point: "cp" });
      expect(first.status?.code).to.equal(status.UNAVAILABLE);
      expect(first.denied_response).to.deep.equal({ status: 429, headers: { "retry-after": "2" } });
      expect(first.check_response?.wait_time).to.equal(undefined);
      expect(first.check_response?.services).to.deep.equal([""]);
      expect((await client.call(WIRE.checkHttp, { control_point: "cp" })).denied_response).to.deep.equal({
        status: 503,
      });
    }));

  it("refuses what says too little", () =>
    serving(new ScriptedControl(), async (client) => {
      expect(await client.failure(WIRE.checkHttp, {})).to.deep.equal({
        code: status.INVALID_ARGUMENT,
        details: "missing control-point",
      });
      for (const source of [{}, { address: "10.0.0.1", port: 65_536 }]) {
        expect((await client.failure(WIRE.checkHttp, { control_point: "cp", source })).code).to.equal(status.UNKNOWN);
      }
    }));
});
