import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { accepted, rejected, ScriptedControl } from "../../src/testing/index.ts";
import { decision, lease } from "../sample-decision.ts";

describe("regression: tokens of dropped decisions were given back, though nobody had taken them", () => {
  it("gives back what the answer says is held, nothing else", async () => {
    const taken = decision({ kind: "concurrency-limiter", lease: lease("taken") });
    const control = new ScriptedControl(
      accepted({ decisions: [taken, decision()], leases: [lease("taken")] }),
      rejected({
        decisions: [taken, decision({ kind: "concurrency-limiter", dropped: true, lease: lease("dropped") })],
      }),
    );
    const client = new ApertureClient({ control });
    for (let index = 0; index < 2; index += 1) await (await client.startFlow("checkout")).end();
    expect(control.ends).to.deep.equal([{ controlPoint: "checkout", leases: [lease("taken")] }]);
  });
});
