import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { EndRequest } from "../../src/contract/check.ts";
import type { CallOptions } from "../../src/contract/flow-control.ts";
import { accepted, ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";
import { lease } from "../sample-decision.ts";

describe("regression: a deadline was spent by the time it was used again", () => {
  it("gives each flow of one parameter object the same time to wait", async () => {
    const waits: (number | undefined)[] = [];
    const control = new ScriptedControl((_request, call) => {
      waits.push(call.timeoutMs);
      return accepted();
    });
    const client = new ApertureClient({ control });
    const params = Object.freeze({ timeoutMs: 50 });
    for (let index = 0; index < 3; index += 1) await client.startFlow("checkout", params);
    expect(waits).to.deep.equal([50, 50, 50]);
  });

  it("uses the client's limit, and says so, for a deadline of long ago", async () => {
    const waits: (number | undefined)[] = [];
    const logger = new CollectedWarnings();
    const control = new ScriptedControl((_request, call) => {
      waits.push(call.timeoutMs);
      return accepted();
    });
    const client = new ApertureClient({ control, logger, timeoutMs: 200 });
    for (const deadline of [500, new Date(0), new Date(Number.NaN)]) {
      await client.startFlow("checkout", { grpcCallOptions: { deadline } });
    }
    expect(waits).to.deep.equal([200, 200, 200]);
    expect(logger.messages).to.have.length(1);
  });
});

describe("regression: giving back had no deadline", () => {
  for (const [endTimeoutMs, passed] of [
    [undefined, 2000],
    [75, 75],
    [0, undefined],
    [Number.POSITIVE_INFINITY, undefined],
  ] as const) {
    it(`passes on ${passed} for an endTimeoutMs of ${endTimeoutMs}`, async () => {
      const calls: (CallOptions | undefined)[] = [];
      const control = Object.assign(new ScriptedControl(accepted({ leases: [lease("a")] })), {
        end: (request: EndRequest, call?: CallOptions) => {
          calls.push(call);
          return { returns: request.leases.map((given) => ({ lease: given, returned: true })) };
        },
      });
      await (await new ApertureClient({ control, endTimeoutMs }).startFlow("checkout")).end();
      expect(calls.map((call) => call?.timeoutMs)).to.deep.equal([passed]);
    });
  }
});
