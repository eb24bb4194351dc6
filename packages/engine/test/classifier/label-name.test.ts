import { expect } from "chai";
import { faultOfName } from "../../src/classifier/label-name.ts";

describe("faultOfName", () => {
  it("takes the names that Rego takes", () => {
    for (const name of ["user", "_user", "User_2", "asset", "nullable"]) expect(faultOfName(name)).to.equal(undefined);
  });

  it("refuses all others", () => {
    for (const name of ["", "user-agent", "a/b", "a.b", "2nd", "zoë", "as", "default", "with"]) {
      expect(faultOfName(name)).to.be.a("string");
    }
  });
});
