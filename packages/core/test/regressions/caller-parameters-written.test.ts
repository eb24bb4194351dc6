import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { FlowParams } from "../../src/flow-params.ts";
import { ScriptedControl } from "../../src/testing/index.ts";

function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) frozen(part);
  return Object.freeze(value);
}

describe("regression: the caller's parameters were written to", () => {
  it("one frozen object serves any number of flows", async () => {
    const params: FlowParams = frozen({
      labels: [{ user: "alice" }, { tier: "gold" }],
      globalCacheKeys: ["prices"],
      resultCacheKey: "cart",
      timeoutMs: 50,
      grpcCallOptions: {},
    });
    const before = structuredClone(params);
    const control = new ScriptedControl();
    const client = new ApertureClient(frozen({ control: frozen({ ...methodsOf(control) }), labels: { region: "eu" } }));
    for (let index = 0; index < 2; index += 1) {
      const flow = await client.startFlow("checkout", params);
      expect(flow.decision).to.equal("accepted");
      await flow.end();
    }
    expect(params).to.deep.equal(before);
    expect({ ...control.checks[1]?.labels }).to.deep.equal({ user: "alice", tier: "gold", region: "eu" });
  });
});

/** The control without its state, so that it can be frozen. */
function methodsOf(control: ScriptedControl) {
  return {
    check: control.check.bind(control),
    checkHttp: control.checkHttp.bind(control),
    end: control.end.bind(control),
    cacheLookup: control.cacheLookup.bind(control),
    cacheUpsert: control.cacheUpsert.bind(control),
    cacheDelete: control.cacheDelete.bind(control),
    close: control.close.bind(control),
  };
}
