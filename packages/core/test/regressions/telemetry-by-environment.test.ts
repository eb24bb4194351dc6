import { expect } from "chai";
import { connected } from "../grpc/connected.ts";

/** Settings of the application's own tracing. */
const ENVIRONMENT = {
  OTEL_TRACES_SAMPLER: "always_off",
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "16",
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "1",
  OTEL_SDK_DISABLED: "true",
};

describe("regression: settings of the application's tracing thinned out or cut the agent's telemetry", () => {
  const before = { ...process.env };
  beforeEach(() => Object.assign(process.env, ENVIRONMENT));
  afterEach(() => {
    for (const name of Object.keys(ENVIRONMENT)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it("reports every flow, whole", () =>
    connected(async ({ agent, client }) => {
      for (let index = 0; index < 3; index += 1) await (await client.startFlow("checkout")).end();
      await client.shutdown();
      expect(agent.flows.map(({ controlPoint }) => controlPoint)).to.deep.equal(["checkout", "checkout", "checkout"]);
      expect(Object.keys(agent.spans[0]?.attributes ?? {})).to.have.length.above(8);
    }));
});

describe("regression: agents of one age could not read the times of flows", () => {
  it("says them in milliseconds and in nanoseconds, as integers", () =>
    connected(async ({ agent, client }) => {
      await (await client.startFlow("checkout")).end();
      await client.shutdown();
      const attributes = agent.spans[0]?.attributes ?? {};
      for (const name of ["flow_start", "workload_start", "flow_end"]) {
        expect(attributes[`aperture.${name}_timestamp_ms`]).to.match(/^\d{13}$/);
        expect(attributes[`aperture.${name}_timestamp`]).to.match(/^\d{19}$/);
      }
    }));
});
