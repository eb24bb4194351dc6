import { expect } from "chai";
import { RouteGates } from "../../src/adapter/route-gates.ts";

describe("RouteGates", () => {
  it("are known to exist whichever copy of the kit made the first", async () => {
    Reflect.deleteProperty(globalThis, Symbol.for("aperture-flow.route-gates"));
    const known = RouteGates.known();
    expect(known.exist).to.equal(false);
    const copy: typeof import("../../src/adapter/route-gates.ts") = await import(
      `../../src/adapter/route-gates.ts${"?copy"}`
    );
    expect(copy.RouteGates).not.to.equal(RouteGates);
    new copy.RouteGates("pay");
    expect(known.exist).to.equal(true);
  });
});
