import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { rejected, ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

describe("regression: a flow that may not run was answered with 200 or 0", () => {
  it("has an error's status wherever it may not run, and 200 wherever it may", async () => {
    const control = new ScriptedControl(
      rejected({ status: 429 }),
      rejected({ reason: "no-tokens", status: 503 }),
      new Error("broken"),
    );
    const client = new ApertureClient({ control, logger: new CollectedWarnings() });
    const codes = [];
    for (const rampMode of [true, true, true, false]) {
      const flow = await client.startFlow("checkout", { rampMode });
      codes.push([flow.shouldRun(), flow.httpResponseCode()]);
    }
    expect(codes).to.deep.equal([
      [false, 429],
      [false, 503],
      [false, 503],
      [true, 200],
    ]);
  });
});
