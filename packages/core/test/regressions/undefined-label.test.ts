import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { LabelValues } from "../../src/labels.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

describe('regression: a missing value became the label "undefined"', () => {
  it("is left out, as are null and what has no text, whose text would be a key for all", async () => {
    const control = new ScriptedControl();
    const client = new ApertureClient({ control, logger: new CollectedWarnings() });
    const session: Record<string, unknown> = { user: undefined, tenant: null, cart: { items: 1 }, tier: "gold" };
    await client.startFlow("checkout", { labels: session as LabelValues });
    expect({ ...control.checks[0]?.labels }).to.deep.equal({ tier: "gold" });
  });
});
