import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { FlowControl } from "../../src/contract/flow-control.ts";
import type { FlowRecord } from "../../src/contract/flow-record.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

describe("regression: the end of a flow that failed open looked like an error", () => {
  it("ends without error, without a call and without a record", async () => {
    const records: FlowRecord[] = [];
    const logger = new CollectedWarnings();
    const script = new ScriptedControl(new Error("broken"));
    const control: FlowControl = Object.assign(script, { recordFlow: (record: FlowRecord) => records.push(record) });
    const client = new ApertureClient({ control, logger });
    const flow = await client.startFlow("checkout");
    const said = logger.messages.length;
    expect(await flow.end()).to.deep.equal({ returns: [] });
    expect([script.ends, records, logger.messages.length]).to.deep.equal([[], [], said]);
    expect(client.counts.open).to.equal(0);
  });
});
