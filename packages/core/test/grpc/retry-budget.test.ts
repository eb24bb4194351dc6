import { expect } from "chai";
import { RetryBudget } from "../../src/grpc/retry-budget.ts";

describe("RetryBudget", () => {
  it("is spent after twenty retries, and earns one by ten successes", () => {
    const budget = new RetryBudget();
    const granted = () => Array.from({ length: 100 }, () => budget.take()).filter(Boolean).length;
    expect(granted()).to.equal(20);
    for (let success = 0; success < 35; success += 1) budget.succeeded();
    expect(granted()).to.equal(3);
    for (let success = 0; success < 10_000; success += 1) budget.succeeded();
    expect(granted()).to.equal(20);
  });
});
