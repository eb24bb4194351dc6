import { expect } from "chai";
import { compare, figure } from "../src/compare.ts";

const silent = { progress: () => undefined };

describe("compare", () => {
  it("lets candidates take turns, each round beginning with another one", async () => {
    const turns: string[] = [];
    const candidates = ["a", "b", "c"].map((name) => ({ name, round: () => turns.push(name) }));
    await compare(candidates, { ...silent, count: 3, warmUp: 0 });
    expect(turns.join("")).to.equal("abcbcacab");
  });

  it("keeps the samples of a candidate in the order of rounds, whenever its turn came", async () => {
    let round = 0;
    const candidates = ["a", "b"].map((name, index) => ({ name, round: async () => 10 * round + index }));
    const progress = (next: number): void => {
      round = next;
    };
    const results = await compare(candidates, { count: 3, warmUp: 0, progress });
    expect(results).to.deep.equal([
      { name: "a", samples: [0, 10, 20] },
      { name: "b", samples: [1, 11, 21] },
    ]);
  });

  it("does not count warm-ups", async () => {
    let runs = 0;
    const rounds: number[] = [];
    const [result] = await compare([{ name: "a", round: () => ++runs }], {
      count: 2,
      warmUp: 3,
      progress: (round) => rounds.push(round),
    });
    expect(result?.samples).to.deep.equal([4, 5]);
    expect(rounds).to.deep.equal([-3, -2, -1, 0, 1]);
  });

  it("does not go on when a candidate fails", async () => {
    const failing = { name: "a", round: () => Promise.reject(new Error("no port")) };
    const failure = await compare([failing], { ...silent, count: 1, warmUp: 0 }).catch((error: unknown) => error);
    expect(failure).to.be.an("error").with.property("message", "no port");
  });
});

describe("figure", () => {
  it("is one of several of each sample", () => {
    const results = [{ name: "a", samples: [{ cpu: 1, rate: 2 }] }];
    expect(figure(results, ({ rate }) => rate)).to.deep.equal([{ name: "a", samples: [2] }]);
  });
});
