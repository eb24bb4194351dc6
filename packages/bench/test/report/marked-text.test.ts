import { expect } from "chai";
import { replaceMarked } from "../../src/report/marked-text.ts";

const PAGE = "# Page\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nbetween\n<!-- bench:b -->\n<!-- /bench:b -->\nend\n";

describe("replaceMarked", () => {
  it("replaces what is between the marks of one part, and nothing else", () =>
    expect(replaceMarked(PAGE, "a", "new")).to.equal(PAGE.replace("old", "new")));

  it("fills marks with nothing between them", () =>
    expect(replaceMarked(PAGE, "b", "new")).to.contain("<!-- bench:b -->\nnew\n<!-- /bench:b -->\nend"));

  it("can be done again", () => {
    const once = replaceMarked(PAGE, "a", "new");
    expect(replaceMarked(once, "a", "new")).to.equal(once);
  });

  it("takes content as it is, also what a replacement pattern would be made of", () =>
    expect(replaceMarked(PAGE, "a", "$& $1")).to.contain("\n$& $1\n"));

  it("fails where there is no place for a part", () =>
    expect(() => replaceMarked(PAGE, "c", "new")).to.throw(/bench:c/));
});
