import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { FlowStatus } from "../../src/contract/flow-status.ts";
import type { Flow } from "../../src/flow.ts";
import { accepted, rejected, ScriptedControl } from "../../src/testing/index.ts";
import { lease } from "../sample-decision.ts";

describe("regression: a rejected flow counted as a failure of the service", () => {
  it("ends with no status, as no work was done", async () => {
    const statuses: string[] = [];
    const observer = { ended: ({ status }: Flow) => statuses.push(status) };
    const client = new ApertureClient({ control: new ScriptedControl(rejected()), observer });
    await client.run("checkout", {}, () => "paid", { onReject: () => "later" });
    await client.run("checkout", {}, () => "paid").catch(() => "later");
    expect(statuses).to.deep.equal([FlowStatus.Unset, FlowStatus.Unset]);
  });
});

describe("regression: what a flow held leaked when its work threw", () => {
  it("gives everything back", async () => {
    const control = new ScriptedControl(accepted({ leases: [lease("a"), lease("b")] }));
    const client = new ApertureClient({ control });
    const paying = client.run("checkout", {}, () => Promise.reject(new Error("card refused")));
    expect(await paying.catch((error: Error) => error.message)).to.equal("card refused");
    expect(control.heldLeases).to.deep.equal([]);
  });
});
