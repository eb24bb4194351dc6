import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

describe("regression: long headers crowded out the client's own labels", () => {
  const floods: Readonly<Record<string, Record<string, string>>> = {
    "many labels": Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`header-${index}`, "x"])),
    "long labels": Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`header-${index}`, "x".repeat(1024)])),
  };
  for (const [title, flood] of Object.entries(floods)) {
    it(`keeps them with ${title} from outside, for a policy may select by them`, async () => {
      const control = new ScriptedControl();
      const client = new ApertureClient({
        control,
        labels: { environment: "prod" },
        labelLimits: { totalLength: 8192 },
        logger: new CollectedWarnings(),
      });
      await client.startFlow("checkout", { labels: [{ user: "alice" }, flood] });
      const labels = control.checks[0]?.labels ?? {};
      expect(labels).to.include({ user: "alice", environment: "prod" });
      expect(Object.keys(labels).length).to.be.lessThan(2 + Object.keys(flood).length);
    });
  }
});
