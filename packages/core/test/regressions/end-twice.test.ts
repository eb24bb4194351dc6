import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { accepted, rejected, ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";
import { lease } from "../sample-decision.ts";

describe("regression: a second end hung for ever", () => {
  const outcomes = {
    "an accepted flow": accepted({ leases: [lease("a")] }),
    "a flow that holds nothing": accepted(),
    "a rejected flow": rejected(),
    "an unreachable flow": new Error("broken"),
  };
  for (const [title, outcome] of Object.entries(outcomes)) {
    it(`settles with the first result for ${title}, in parallel and later`, async () => {
      const control = new ScriptedControl(outcome);
      const flow = await new ApertureClient({ control, logger: new CollectedWarnings() }).startFlow("checkout");
      const [first, second] = [flow.end(), flow.end()];
      expect(second).to.equal(first);
      const result = await first;
      expect(await flow.end()).to.equal(result);
      expect(control.ends.length).to.be.at.most(1);
    });
  }

  it("settles with the first result when giving back failed", async () => {
    let asked = 0;
    const control = Object.assign(new ScriptedControl(accepted({ leases: [lease("a")] })), {
      end: () => {
        asked += 1;
        return Promise.reject(new Error("gone"));
      },
    });
    const flow = await new ApertureClient({ control, logger: new CollectedWarnings() }).startFlow("checkout");
    const results = await Promise.all([flow.end(), flow.end(), flow.end()]);
    expect(new Set(results).size).to.equal(1);
    expect(results[0]?.returns[0]).to.include({ returned: false, error: "gone" });
    expect(asked).to.equal(1);
  });
});
