import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { FlowStatus } from "../../src/contract/flow-status.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

describe("regression: a status after the end was lost in silence", () => {
  it("changes nothing, is said once, and can be asked about before", async () => {
    const logger = new CollectedWarnings();
    const flow = await new ApertureClient({ control: new ScriptedControl(), logger }).startFlow("checkout");
    expect(flow.ended).to.equal(false);
    const ending = flow.end();
    expect(flow.ended).to.equal(true);
    flow.setStatus(FlowStatus.Error);
    await ending;
    flow.setStatus(FlowStatus.Error);
    expect(flow.status).to.equal(FlowStatus.OK);
    expect(logger.messages).to.deep.equal(['a flow at "checkout" got a status after its end']);
  });
});
