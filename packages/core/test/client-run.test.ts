import { expect } from "chai";
import { ApertureClient } from "../src/client.ts";
import { FlowStatus } from "../src/contract/flow-status.ts";
import type { Flow } from "../src/flow.ts";
import { RejectedFlowError } from "../src/rejected-flow-error.ts";
import { accepted, rejected, ScriptedControl } from "../src/testing/index.ts";
import { CollectedWarnings } from "./collected-warnings.ts";
import { lease } from "./sample-decision.ts";

/** What `run` rejected with. */
async function failureOf(running: Promise<unknown>): Promise<unknown> {
  try {
    await running;
  } catch (error) {
    return error;
  }
  throw new Error("it was expected to reject");
}

describe("ApertureClient.run", () => {
  it("returns what the work returns and gives back what the flow held", async () => {
    const control = new ScriptedControl(accepted({ leases: [lease("a")] }));
    const client = new ApertureClient({ control });
    let held = 0;
    const result = await client.run("checkout", {}, () => {
      held = control.heldLeases.length;
      return "paid";
    });
    expect([result, held, control.heldLeases.length]).to.deep.equal(["paid", 1, 0]);
  });

  it("throws on what the work throws, with the status Error", async () => {
    const control = new ScriptedControl(accepted({ leases: [lease("a")] }));
    const client = new ApertureClient({ control });
    const failures: readonly ((flow: Flow) => Promise<never>)[] = [
      () => Promise.reject("no error object"),
      () => {
        throw "no error object";
      },
    ];
    for (const fail of failures) {
      let seen: Flow | undefined;
      const work = (flow: Flow) => {
        seen = flow;
        return fail(flow);
      };
      expect(await failureOf(client.run("checkout", {}, work))).to.equal("no error object");
      expect([seen?.status, seen?.ended]).to.deep.equal([FlowStatus.Error, true]);
    }
    expect(control.heldLeases).to.deep.equal([]);
  });

  it("rejects with the flow when it may not run", async () => {
    const client = new ApertureClient({ control: new ScriptedControl(rejected({ waitMs: 1500 })) });
    let worked = false;
    const error = await failureOf(client.run("checkout", {}, () => (worked = true)));
    expect(error).to.be.instanceOf(RejectedFlowError);
    const { code, message, flow } = error as RejectedFlowError;
    expect(code).to.equal("APERTURE_FLOW_REJECTED");
    expect(message).to.equal('the flow at "checkout" was rejected (rate-limited)');
    expect([flow.retryAfterMs(), flow.ended, worked]).to.deep.equal([1500, true, false]);
  });

  it("names why nobody could decide", async () => {
    const control = new ScriptedControl(new Error("broken"));
    const client = new ApertureClient({ control, onUnreachable: "reject", logger: new CollectedWarnings() });
    const { message } = (await failureOf(client.run("checkout", {}, () => 0))) as RejectedFlowError;
    expect(message).to.equal('the flow at "checkout" was rejected (unreachable: internal)');
  });

  it("returns what onReject returns, after the flow has ended", async () => {
    const client = new ApertureClient({ control: new ScriptedControl(rejected()) });
    const onReject = (flow: Flow) => (flow.ended ? "later" : "too early");
    expect(await client.run("checkout", {}, () => "now", { onReject })).to.equal("later");
  });

  it("passes its parameters on", async () => {
    const control = new ScriptedControl();
    await new ApertureClient({ control }).run("checkout", { labels: { user: "alice" } }, () => undefined);
    expect({ ...control.checks[0]?.labels }).to.deep.equal({ user: "alice" });
  });
});
