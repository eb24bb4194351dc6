import { expect } from "chai";
import { combineObservers } from "../src/observer.ts";

describe("combineObservers", () => {
  it("has no callback that nobody has", () => {
    const observer = combineObservers({}, { flow: () => {} });
    expect(observer.decision).to.equal(undefined);
    expect(observer.flow).to.be.a("function");
  });

  it("tells each, with its own this, and none of what another throws", () => {
    class Counter {
      count = 0;
      policiesRefused(): void {
        this.count += 1;
      }
    }
    const counters = [new Counter(), new Counter()] as const;
    const errors: unknown[] = [];
    const broken = new Error("broken");
    const observer = combineObservers(
      counters[0],
      {
        policiesRefused: () => {
          throw broken;
        },
      },
      counters[1],
      { observerError: (error) => errors.push(error) },
    );
    observer.policiesRefused?.(new Error("bad"));
    expect(counters.map(({ count }) => count)).to.deep.equal([1, 1]);
    expect(errors).to.deep.equal([broken]);
  });

  it("survives a callback for errors that throws", () => {
    const fail = () => {
      throw new Error("broken");
    };
    const observer = combineObservers({ policiesRefused: fail, observerError: fail });
    expect(() => observer.policiesRefused?.(new Error("bad"))).to.not.throw();
  });
});
