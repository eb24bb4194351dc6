import { expect } from "chai";
import { nearestKey } from "../../src/policy/nearest-key.ts";

const KNOWN = ["interval", "limit_by_label_key", "max_idle_time", "scheduler", "scheduler.workloads", "alerter.labels"];

describe("nearestKey", () => {
  it("finds a key that is misspelt, in camel case, cut short or drawn out", () => {
    expect(nearestKey("intreval", KNOWN)).to.equal("interval");
    expect(nearestKey("limitByLabelKey", KNOWN)).to.equal("limit_by_label_key");
    expect(nearestKey("limit_by_label", KNOWN)).to.equal("limit_by_label_key");
    expect(nearestKey("limit", KNOWN)).to.equal("limit_by_label_key");
    expect(nearestKey("interval_ms", KNOWN)).to.equal("interval");
  });

  it("finds a key in another place, where none is near in this", () => {
    expect(nearestKey("workloads", KNOWN)).to.equal("scheduler.workloads");
    expect(nearestKey("workload", KNOWN)).to.equal("scheduler.workloads");
    expect(nearestKey("scheduler", KNOWN)).to.equal("scheduler");
  });

  it("finds nothing where nothing is near", () => {
    for (const key of ["burst", "max", "key", ""]) expect(nearestKey(key, KNOWN)).to.equal(undefined);
  });
});
