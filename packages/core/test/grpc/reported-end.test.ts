import { Buffer } from "node:buffer";
import { expect } from "chai";
import type { CheckResponse, EndRequest } from "../../src/contract/check.ts";
import { WIRE } from "../../src/grpc/wire/load-proto.ts";
import type { WireCheckResponse } from "../../src/grpc/wire/messages.ts";
import { accepted, rejected, ScriptedControl } from "../../src/testing/index.ts";
import { decision, lease } from "../sample-decision.ts";
import type { RawClient } from "./raw-client.ts";
import { serving } from "./serving.ts";

const LENT = accepted({
  decisions: [decision({ kind: "concurrency-limiter", lease: lease("a") })],
  leases: [lease("a"), lease("b")],
});

const check = (client: RawClient, expectEnd = false) =>
  client.call(WIRE.check, { control_point: "cp", labels: { user: "alice" }, expect_end: expectEnd });

/** What clients put into the spans of their flows, all in one call. How many spans were refused. */
async function report(client: RawClient, ...responses: readonly string[]): Promise<number> {
  const spans = responses.map((response) => ({
    attributes: [
      { key: "aperture.source", value: { string_value: "sdk" } },
      { key: "aperture.check_response", value: { string_value: response } },
    ],
  }));
  const { partial_success } = await client.call(WIRE.exportTraces, { resource_spans: [{ scope_spans: [{ spans }] }] });
  return Number(partial_success?.rejected_spans ?? 0);
}

function base64(response: WireCheckResponse): string {
  return WIRE.check.responseSerialize(response).toString("base64");
}

/** As an SDK prints it that knows neither concurrency limiters nor the promise of an end. */
function json({ control_point, telemetry_flow_labels, decision_type }: WireCheckResponse): string {
  const known = { controlPoint: control_point, telemetryFlowLabels: telemetry_flow_labels };
  return JSON.stringify({ ...known, decisionType: decision_type, limiterDecisions: [{ policyName: "login" }] });
}

function endOf(...ids: readonly string[]): EndRequest {
  return { controlPoint: "cp", leases: ids.map(lease) };
}

describe("the report of a flow that promised no end", () => {
  it("ends the flow, from an SDK of any age", () => {
    const control = new ScriptedControl(LENT);
    return serving(control, async (client) => {
      for (const print of [base64, json]) {
        expect(await report(client, print(await check(client)))).to.equal(0);
        expect(control.ends.splice(0)).to.deep.equal([endOf("a", "b")]);
        expect(control.heldLeases).to.deep.equal([]);
      }
    });
  });

  it("ends it by CheckHTTP, too", () => {
    const control = new ScriptedControl(LENT);
    return serving(control, async (client) => {
      const { check_response = {} } = await client.call(WIRE.checkHttp, { control_point: "cp" });
      await report(client, base64(check_response));
      expect(control.ends).to.deep.equal([endOf("a", "b")]);
    });
  });

  it("gives back what the decisions name, where an agent of another make had answered", () => {
    const control = new ScriptedControl(LENT);
    return serving(control, async (client) => {
      const answer = await check(client);
      await report(client, base64({ ...answer, telemetry_flow_labels: {} }));
      expect(control.ends).to.deep.equal([endOf("a", "b")]);
    });
  });

  it("takes nothing from others, however often it comes", () => {
    const control = new ScriptedControl(accepted({ leases: [lease("a")] }), accepted({ leases: [lease("b")] }));
    return serving(control, async (client) => {
      const span = base64(await check(client));
      await check(client);
      await report(client, span, span);
      await report(client, span);
      expect(control.heldLeases).to.deep.equal([lease("b")]);
    });
  });

  const nothing: readonly (readonly [what: string, response: CheckResponse, expectEnd: boolean])[] = [
    ["that promised to end", LENT, true],
    ["that was rejected", rejected({ decisions: LENT.decisions }), false],
    ["that holds nothing", accepted({ decisions: [decision()] }), false],
  ];
  for (const [what, response, expectEnd] of nothing) {
    it(`ends nothing of a flow ${what}`, () => {
      const control = new ScriptedControl(response);
      return serving(control, async (client) => {
        const answer = await check(client, expectEnd);
        expect(answer.telemetry_flow_labels).to.have.all.keys("user", "aperture.control_point_type");
        expect(await report(client, base64(answer))).to.equal(0);
        expect(control.ends).to.deep.equal([]);
      });
    });
  }

  it("is taken like any other where the control cannot end the flow", () => {
    const failing = Object.assign(new ScriptedControl(LENT), {
      end: () => Promise.reject(new Error("the state is away")),
    });
    return serving(failing, async (client) => {
      expect(await report(client, base64(await check(client)))).to.equal(0);
    });
  });
});

describe("a report that somebody has made up", () => {
  const END = "aperture.flow_end";
  const manyLeases = base64End(Array.from({ length: 101 }, (_, index) => String(index)));

  function base64End(ids: readonly string[]): string {
    const inflight_requests = ids.map((request_id) => ({ request_id }));
    return WIRE.flowEnd.requestSerialize({ control_point: "cp", inflight_requests }).toString("base64");
  }

  const labelled: readonly (readonly [what: string, label: string])[] = [
    ["is no base64", "\u0000%%%"],
    ["is no message", Buffer.from("nonsense").toString("base64")],
    ["names no lease", base64End([])],
    ["names more leases than a flow can hold", manyLeases],
  ];
  for (const [what, label] of labelled) {
    it(`ends nothing where its label ${what}`, () => {
      const control = new ScriptedControl();
      return serving(control, async (client) => {
        expect(await report(client, base64({ telemetry_flow_labels: { [END]: label } }))).to.equal(0);
        expect(control.ends).to.deep.equal([]);
      });
    });
  }

  it("is refused where its values are of other types, and takes nothing from those beside it", () => {
    const control = new ScriptedControl(LENT);
    return serving(control, async (client) => {
      const odd = [
        '{"limiterDecisions":5}',
        '{"controlPoint":{"x":1}}',
        '{"limiterDecisions":{"0":{}}}',
        '{"limiterDecisions":[{"concurrencyLimiterInfo":7}]}',
        '{"limiterDecisions":[{"concurrencyLimiterInfo":{"requestId":"x","tokensInfo":{"consumed":"many"}}}]}',
        `{"telemetryFlowLabels":{"${END}":{"toString":1}}}`,
        `{"decisionType":7}`,
        `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
        "{",
      ];
      const good = base64(await check(client));
      expect(await report(client, ...odd, good, ...odd)).to.equal(2 * odd.length);
      expect(control.ends).to.deep.equal([endOf("a", "b")]);
    });
  });

  it("is a text wherever the field is one", () => {
    const control = new ScriptedControl();
    return serving(control, async (client) => {
      const info = '{"requestId":7,"label":[8],"tokensInfo":{"consumed":"2"}}';
      await report(
        client,
        `{"controlPoint":[],"limiterDecisions":[{"policyName":true,"concurrencyLimiterInfo":${info}}]}`,
      );
      const ref = { policy: "true", policyHash: "", component: "" };
      expect(control.ends).to.deep.equal([{ controlPoint: "", leases: [{ ref, label: "8", id: "7", tokens: 2 }] }]);
    });
  });

  it("does not reach what objects are born with", () => {
    const control = new ScriptedControl();
    return serving(control, async (client) => {
      const label = `{"${END}":"${base64End(["x"])}"}`;
      await report(client, `{"__proto__":{"telemetryFlowLabels":${label}}}`);
      await report(client, `{"telemetryFlowLabels":{"__proto__":${label}}}`);
      expect(control.ends).to.deep.equal([]);
      expect(Object.keys(Object.prototype)).to.deep.equal([]);
    });
  });
});
