import { expect } from "chai";
import { createEngine } from "../src/create-engine.ts";

const policy = (name: string, controlPoint: string, key: string) => ({
  blueprint: "rate-limiting/base",
  policy: {
    policy_name: name,
    rate_limiter: {
      bucket_capacity: 1,
      fill_amount: 1,
      parameters: { interval: "60s", limit_by_label_key: key },
      request_parameters: { tokens_label_key: "cost" },
      selectors: [
        {
          control_point: controlPoint,
          label_matcher: {
            match_labels: { tier: "gold" },
            expression: { not: { label_exists: "internal" } },
          },
        },
      ],
    },
  },
});

describe("Engine.labelsRead", () => {
  const policies = [policy("a", "api", "user"), policy("b", "api", "tenant"), policy("c", "other", "session")];

  it("names the labels of all policies at the control point, and of no others", async () => {
    const engine = await createEngine({ policies });
    const read = engine.labelsRead("api");
    expect(read).to.include.all.keys("user", "tenant", "cost", "tier", "internal");
    expect(read?.has("session")).to.equal(false);
    expect([...(engine.labelsRead("nowhere") ?? [])]).to.deep.equal([]);
  });

  it("is the same set until the policies are replaced", async () => {
    const engine = await createEngine({ policies });
    const before = engine.labelsRead("api");
    expect(engine.labelsRead("api")).to.equal(before);
    await engine.replacePolicies([policy("a", "api", "account")]);
    expect(engine.labelsRead("api")?.has("account")).to.equal(true);
    expect(engine.labelsRead("api")?.has("user")).to.equal(false);
  });

  it("is everything where somebody looks at whole flows", async () => {
    const engine = await createEngine({ policies, observer: { flow: () => undefined } });
    expect(engine.labelsRead("api")).to.equal(undefined);
  });
});
