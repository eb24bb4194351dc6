import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { accepted, rejected, ScriptedControl } from "../../src/testing/index.ts";
import { decision, lease } from "../sample-decision.ts";

describe("regression: end rewrote the answer", () => {
  it("leaves an accepted flow's answer and cache as they were", async () => {
    const value = Buffer.from([0xff, 0xfe, 0x80, 0x41]);
    const cache = { result: { hit: true, value }, global: new Map() };
    const answer = accepted({ decisions: [decision()], leases: [lease("a")], cache });
    const before = structuredClone(answer);
    const client = new ApertureClient({ control: new ScriptedControl(answer), observer: { ended: () => undefined } });
    const flow = await client.startFlow("checkout");
    await flow.end();
    expect(flow.checkResponse()).to.equal(answer);
    expect(answer.leases).to.deep.equal(before.leases);
    expect(answer.decisions).to.deep.equal(before.decisions);
    expect(flow.resultCache().getValue()).to.deep.equal(value);
  });

  it("leaves a rejected flow's wait as it was", async () => {
    const client = new ApertureClient({ control: new ScriptedControl(rejected({ waitMs: 2005 })) });
    const flow = await client.startFlow("checkout");
    const before = flow.retryAfter();
    await flow.end();
    expect(flow.retryAfter()).to.deep.equal(before);
    expect(flow.httpResponseCode()).to.equal(429);
  });
});
