import { expect } from "chai";
import { bars } from "../../src/report/bars.ts";
import { lines } from "../../src/report/lines.ts";

describe("bars", () => {
  const svg = bars("cost <of> a & b", "us", [
    { name: "floor", samples: [1, 2, 3] },
    { name: "ours", samples: [4] },
    { name: "noise", samples: [-1] },
  ]);

  it("are as long as medians are large", () => {
    const [floor = 0, ours = 0, noise = 0] = [...svg.matchAll(/ width="(\d+)"/g)].map(([, width]) => Number(width));
    expect(ours / floor).to.be.closeTo(2, 0.02);
    expect(noise).to.equal(1);
  });

  it("escape what has a meaning in SVG", () => expect(svg).to.contain("cost &lt;of> a &amp; b, us"));
});

describe("lines", () => {
  const series = [
    { name: "floor", values: [10, 100] },
    { name: "ours", values: [10, 1000] },
  ];
  const svg = lines("cost", { title: "keys", steps: ["1", "1,000"] }, series);

  it("rise by as much for each factor of ten", () => {
    const heights = [...svg.matchAll(/d="M\d+ (\d+)L\d+ (\d+)"/g)].map(([, from, to]) => Number(from) - Number(to));
    const [floor = 0, ours = 0] = heights;
    expect(ours / floor).to.be.closeTo(2, 0.02);
  });

  it("have their names beside them and a mark for each factor of ten", () => {
    for (const text of ["floor", "ours", "10", "100", "1,000", "keys"]) expect(svg).to.contain(`>${text}</text>`);
  });

  it("keep names apart that end at one height", () => {
    const together = lines("cost", { title: "keys", steps: ["1", "2"] }, [
      { name: "ours", values: [10, 99] },
      { name: "peer", values: [10, 99] },
    ]);
    const heights = ["ours", "peer"].map((name) => new RegExp(`y="(\\d+)"[^>]*>${name}<`).exec(together)?.[1]);
    expect(Math.abs(Number(heights[0]) - Number(heights[1]))).to.be.at.least(15);
  });
});
