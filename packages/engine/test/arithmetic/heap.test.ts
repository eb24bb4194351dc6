import { expect } from "chai";
import fc from "fast-check";
import { Heap, type HeapEntry } from "../../src/arithmetic/heap.ts";

/** Push a key, pop the least, or remove the nth entry that is still in. */
const steps = fc.array(
  fc.oneof(
    fc.record({ push: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ pop: fc.constant(true) }),
    fc.record({ remove: fc.nat(100) }),
  ),
  { maxLength: 300 },
);

interface Known {
  readonly key: number;
  readonly order: number;
  readonly entry: HeapEntry<number>;
}

const inOrder = (a: Known, b: Known) => a.key - b.key || a.order - b.order;

describe("Heap", () => {
  it("pops what a sorted list would, ties in the order of arrival, whatever was removed in between", () => {
    fc.assert(
      fc.property(steps, (given) => {
        const heap = new Heap<number>();
        let known: Known[] = [];
        let order = 0;
        for (const step of given) {
          if ("push" in step) known.push({ key: step.push, order, entry: heap.push(step.push, order++) });
          else if ("remove" in step) {
            const victim = known[step.remove % (known.length || 1)];
            if (victim !== undefined) expect(heap.remove(victim.entry)).to.equal(true);
            known = known.filter((one) => one !== victim);
          } else {
            known.sort(inOrder);
            expect(heap.pop()?.value).to.equal(known.shift()?.order);
          }
          expect(heap.size).to.equal(known.length);
        }
        known.sort(inOrder);
        for (const { order: expected } of known) expect(heap.pop()?.value).to.equal(expected);
        expect(heap.pop()).to.equal(undefined);
      }),
      { numRuns: 500 },
    );
  });

  it("does not remove what is no longer in it, nor what is in another", () => {
    const heap = new Heap<string>();
    const other = new Heap<string>();
    const first = heap.push(1, "first");
    heap.push(2, "second");
    expect(heap.pop()).to.equal(first);
    expect(heap.remove(first)).to.equal(false);
    expect(heap.remove(other.push(2, "foreign"))).to.equal(false);
    expect(heap.size).to.equal(1);
  });
});
