import { expect } from "chai";
import { table } from "../../src/report/table.ts";

describe("a table", () => {
  it("lines its columns up", () =>
    expect(
      table(
        ["", "cost"],
        [
          ["ours", "1"],
          ["the floor", "12345"],
        ],
      ).split("\n"),
    ).to.deep.equal([
      "|           | cost  |",
      "|-----------|-------|",
      "| ours      | 1     |",
      "| the floor | 12345 |",
    ]));

  it("fills up rows that are too short", () =>
    expect(
      table(["name", "cost"], [["ours"]])
        .split("\n")
        .at(-1),
    ).to.equal("| ours |      |"));
});
