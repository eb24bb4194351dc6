import { Buffer } from "node:buffer";
import { expect } from "chai";
import type { FlowRecord } from "../../src/contract/flow-record.ts";
import { FlowStatus } from "../../src/contract/flow-status.ts";
import { FlowSpanWriter } from "../../src/grpc/flow-span.ts";
import { WIRE } from "../../src/grpc/wire/load-proto.ts";
import type { WireExportRequest } from "../../src/grpc/wire/messages.ts";
import { accepted } from "../../src/testing/index.ts";

const record: FlowRecord = {
  controlPoint: "cp",
  response: accepted(),
  status: FlowStatus.OK,
  startMs: 1_795_378_961_668.125,
  workloadStartMs: 1_795_378_961_670.5,
  endMs: 1_795_378_961_698,
  httpStatusCode: 200,
};

function written(records: readonly FlowRecord[], answer = Buffer.from([8, 1])): WireExportRequest {
  const writer = new FlowSpanWriter();
  return WIRE.exportTraces.requestDeserialize(writer.batch(records.map((one) => writer.span(one, answer))));
}

function spansOf(request: WireExportRequest) {
  return request.resource_spans?.[0]?.scope_spans?.[0]?.spans ?? [];
}

describe("FlowSpanWriter", () => {
  it("writes every attribute that agents read, in their types", () => {
    const [span] = spansOf(written([record]));
    const attributes = span?.attributes?.map(({ key, value }) => [
      key,
      value?.string_value ?? BigInt(value?.int_value ?? 0),
    ]);
    expect(Object.fromEntries(attributes ?? [])).to.deep.equal({
      "aperture.source": "sdk",
      "aperture.check_response": "CAE=",
      "aperture.flow.status": "OK",
      "aperture.flow_start_timestamp_ms": 1_795_378_961_668n,
      "aperture.flow_start_timestamp": 1_795_378_961_668_125_000n,
      "aperture.workload_start_timestamp_ms": 1_795_378_961_670n,
      "aperture.workload_start_timestamp": 1_795_378_961_670_500_000n,
      "aperture.flow_end_timestamp_ms": 1_795_378_961_698n,
      "aperture.flow_end_timestamp": 1_795_378_961_698_000_000n,
      "http.status_code": "200",
    });
    expect(span).to.include({
      name: "Aperture Check",
      start_time_unix_nano: "1795378961668125000",
      end_time_unix_nano: "1795378961698000000",
    });
  });

  it("leaves out the status code of a flow that had none", () => {
    const [span] = spansOf(written([{ ...record, httpStatusCode: undefined }]));
    expect(span?.attributes?.map(({ key }) => key)).to.not.include("http.status_code");
  });

  it("keeps the order of spans, with ids that do not repeat", () => {
    const records = Array.from({ length: 300 }, (_, index) => ({ ...record, httpStatusCode: 200 + index }));
    const spans = spansOf(written(records));
    const codes = spans.map(({ attributes = [] }) => attributes.at(-1)?.value?.string_value);
    expect(codes).to.deep.equal(records.map(({ httpStatusCode }) => String(httpStatusCode)));
    const ids = spans.flatMap(({ trace_id, span_id }) => [Buffer.from(trace_id ?? []), Buffer.from(span_id ?? [])]);
    expect(new Set(ids.map((id) => id.toString("hex"))).size).to.equal(600);
    expect(new Set(ids.map((id) => id.length))).to.deep.equal(new Set([16, 8]));
  });

  it("says what reports", () => {
    const [reporter] = written([record]).resource_spans ?? [];
    expect(reporter?.resource?.attributes).to.have.nested.property("[0].value.string_value", "@aperture-flow/core");
    expect(reporter?.scope_spans?.[0]?.scope?.name).to.equal("@aperture-flow/core");
  });
});
