import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { FlowParams } from "../../src/flow-params.ts";
import { accepted, ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

describe("regression: startFlow without parameters rejected", () => {
  const without: readonly unknown[] = [undefined, null];
  for (const params of without) {
    for (const [title, answer] of [
      ["accepts", accepted()],
      ["fails", new Error("broken")],
    ] as const) {
      it(`gives a flow for ${params} where the control ${title}`, async () => {
        const client = new ApertureClient({ control: new ScriptedControl(answer), logger: new CollectedWarnings() });
        expect((await client.startFlow("checkout", params as FlowParams)).shouldRun()).to.equal(true);
        expect((await client.startFlow("checkout")).shouldRun()).to.equal(true);
      });
    }
  }

  it("runs work without them", async () => {
    const client = new ApertureClient({ control: new ScriptedControl() });
    expect(await client.run("checkout", without[1] as FlowParams, () => "paid")).to.equal("paid");
  });
});
