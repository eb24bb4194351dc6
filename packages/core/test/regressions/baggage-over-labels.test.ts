import { expect } from "chai";
import { trustedBaggage } from "../../src/adapter/baggage.ts";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";

describe("regression: an outside baggage header replaced the application's labels", () => {
  it("keeps the application's value, and takes what it did not name", async () => {
    const control = new ScriptedControl();
    const baggage = trustedBaggage("tier=gold,user=mallory,campaign=spring", true);
    await new ApertureClient({ control }).startFlow("checkout", { labels: [{ tier: "free", user: "alice" }, baggage] });
    expect({ ...control.checks[0]?.labels }).to.deep.equal({ tier: "free", user: "alice", campaign: "spring" });
  });
});
