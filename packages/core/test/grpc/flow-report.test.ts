import { Buffer } from "node:buffer";
import { expect } from "chai";
import type { FlowRecord } from "../../src/contract/flow-record.ts";
import { WIRE } from "../../src/grpc/wire/load-proto.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { serving } from "./serving.ts";

describe("telemetry sent to a served control", () => {
  const attribute = (key: string, value: object) => ({ key, value });
  const times = [
    attribute("aperture.flow_start_timestamp_ms", { int_value: 123 }),
    attribute("aperture.flow_end_timestamp_ms", { int_value: 246 }),
  ];
  const message = Buffer.from(WIRE.check.responseSerialize({ control_point: "cp", start: { seconds: 1 } }));
  const base = [
    attribute("aperture.source", { string_value: "sdk" }),
    attribute("aperture.check_response", { string_value: message.toString("base64") }),
  ];

  async function reported(...spans: readonly object[][]): Promise<{ flows: FlowRecord[]; rejected: number }> {
    const flows: FlowRecord[] = [];
    let refused = 0;
    await serving(
      new ScriptedControl(),
      async (client) => {
        const scope_spans = [{ spans: spans.map((attributes) => ({ attributes })) }];
        const { partial_success } = await client.call(WIRE.exportTraces, { resource_spans: [{ scope_spans }] });
        refused = Number(partial_success?.rejected_spans ?? 0);
      },
      { onFlow: (flow) => flows.push(flow) },
    );
    return { flows, rejected: refused };
  }

  it("becomes records of flows, in milliseconds or nanoseconds", async () => {
    const nanos = [
      attribute("aperture.flow_start_timestamp", { int_value: "123000000" }),
      attribute("aperture.workload_start_timestamp", { int_value: "124500000" }),
      attribute("aperture.flow_end_timestamp", { int_value: "246000000" }),
    ];
    const { flows } = await reported([...base, ...times], [...base, ...nanos]);
    expect(flows.map(({ startMs, workloadStartMs, endMs }) => [startMs, workloadStartMs, endMs])).to.deep.equal([
      [123, 123, 246],
      [123, 124.5, 246],
    ]);
    expect(flows[0]).to.deep.include({ controlPoint: "cp", status: "Error", httpStatusCode: undefined });
  });

  it("has the status of its status code, and else its own", async () => {
    const own = attribute("aperture.flow.status", { string_value: "OK" });
    const failed = attribute("aperture.flow.status", { string_value: "Error" });
    const code = (text: string) => attribute("http.status_code", { string_value: text });
    const { flows } = await reported(
      [...base, own],
      [...base, failed, code("200")],
      [...base, own, code("503")],
      [...base, attribute("aperture.flow.status", { string_value: "?" })],
    );
    expect(flows.map(({ status, httpStatusCode }) => [status, httpStatusCode])).to.deep.equal([
      ["OK", undefined],
      ["OK", 200],
      ["OK", 503],
      ["Error", undefined],
    ]);
  });

  it("is passed over where it is of something else, and refused where it cannot be read", async () => {
    const { flows, rejected } = await reported(
      [attribute("aperture.source", { string_value: "sdk" })],
      [base[1] as object],
      [base[0] as object, attribute("aperture.check_response", { string_value: "{broken" })],
      [base[0] as object, attribute("aperture.check_response", { string_value: "////" })],
      [base[0] as object, attribute("aperture.check_response", { string_value: '{"controlPoint":"json"}' })],
    );
    expect(rejected).to.equal(2);
    expect(flows.map(({ controlPoint }) => controlPoint)).to.deep.equal(["json"]);
  });

  it("does not take times that are no integers", async () => {
    const texts = times.map(({ key }) => attribute(key, { string_value: "123" }));
    const { flows } = await reported([...base, ...texts]);
    expect(flows[0]).to.include({ startMs: 0, endMs: 0 });
  });

  it("goes to the control where nobody else takes it", async () => {
    const flows: FlowRecord[] = [];
    const control = Object.assign(new ScriptedControl(), { recordFlow: (flow: FlowRecord) => flows.push(flow) });
    await serving(control, async (client) => {
      const scope_spans = [{ spans: [{ attributes: base }] }];
      await client.call(WIRE.exportTraces, { resource_spans: [{ scope_spans }] });
    });
    expect(flows).to.have.length(1);
  });
});
