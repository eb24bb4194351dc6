import { expect } from "chai";
import type { Comparison } from "../../src/comparison.ts";
import { partText } from "../../src/report/part-text.ts";

const oneKey: Comparison = {
  group: "A decision",
  title: "1 key",
  unit: "ns",
  results: [
    { name: "floor", samples: [50, 60, 55] },
    { name: "ours", samples: [100, 120, 110] },
  ],
  targets: [
    { kind: "must", candidate: "ours", bound: "at most", limit: 3, times: ["floor"] },
    { kind: "aim", candidate: "ours", bound: "at most", limit: 100 },
  ],
};
const manyKeys: Comparison = { ...oneKey, title: "many keys", results: [{ name: "ours", samples: [5] }], targets: [] };

describe("the text of a part", () => {
  const rows = partText([oneKey, manyKeys]).split("\n").map(cells);

  it("has a column for each comparison of a group", () => {
    expect(rows).to.deep.include(["median (min - max)", "1 key, ns", "many keys, ns"]);
    expect(rows).to.deep.include(["ours", "110 (100 - 120)", "5.00"]);
  });

  it("leaves a cell empty where a candidate was not measured", () =>
    expect(rows).to.deep.include(["floor", "55.0 (50.0 - 60.0)", ""]));

  it("says of each target what was measured and whether it is met", () => {
    expect(rows).to.deep.include(["must", "ours: A decision, 1 key", "at most 3 x floor", "2.00", "met"]);
    expect(rows).to.deep.include([
      "aim",
      "ours: A decision, 1 key",
      "at most 100 ns",
      "110 (100 - 120)",
      "**not met**",
    ]);
  });
});

function cells(line: string): readonly string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
