import { expect } from "chai";
import fc from "fast-check";
import { Heap, type HeapEntry, NOWHERE } from "../../src/arithmetic/heap.ts";

/** Push a key, pop the least, or remove the nth entry that is still in. */
const steps = fc.array(
  fc.oneof(
    fc.record({ push: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ pop: fc.constant(true) }),
    fc.record({ remove: fc.nat(100) }),
  ),
  { maxLength: 300 },
);

interface Numbered extends HeapEntry {
  readonly order: number;
}

interface Known {
  readonly key: number;
  readonly order: number;
  readonly entry: Numbered;
}

function pushed(heap: Heap<Numbered>, key: number, order: number): Numbered {
  const entry = { order, place: NOWHERE };
  heap.push(key, entry);
  return entry;
}

const inOrder = (a: Known, b: Known) => a.key - b.key || a.order - b.order;

describe("Heap", () => {
  it("pops what a sorted list would, ties in the order of arrival, whatever was removed in between", () => {
    fc.assert(
      fc.property(steps, (given) => {
        const heap = new Heap<Numbered>();
        let known: Known[] = [];
        let order = 0;
        for (const step of given) {
          if ("push" in step) known.push({ key: step.push, order, entry: pushed(heap, step.push, order++) });
          else if ("remove" in step) {
            const victim = known[step.remove % (known.length || 1)];
            if (victim !== undefined) expect(heap.remove(victim.entry)).to.equal(true);
            known = known.filter((one) => one !== victim);
          } else {
            known.sort(inOrder);
            expect(heap.pop()?.order).to.equal(known.shift()?.order);
          }
          expect(heap.size).to.equal(known.length);
        }
        known.sort(inOrder);
        for (const { order: expected } of known) expect(heap.pop()?.order).to.equal(expected);
        expect(heap.pop()).to.equal(undefined);
      }),
      { numRuns: 500 },
    );
  });

  it("does not remove what is no longer in it, nor what is in another", () => {
    const heap = new Heap<Numbered>();
    const other = new Heap<Numbered>();
    const first = pushed(heap, 1, 0);
    pushed(heap, 2, 1);
    expect(heap.pop()).to.equal(first);
    expect(heap.remove(first)).to.equal(false);
    expect(heap.remove(pushed(other, 2, 2))).to.equal(false);
    expect(heap.size).to.equal(1);
  });

  it("knows the least key and the key of each entry, wherever it was moved to", () => {
    const keys = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 100 });
    fc.assert(
      fc.property(keys, (given) => {
        const heap = new Heap<Numbered>();
        const entries = given.map((key, order) => pushed(heap, key, order));
        expect(entries.map((entry) => heap.keyOf(entry))).to.deep.equal(given);
        expect(heap.leastKey).to.equal(Math.min(...given));
        for (const [index, entry] of entries.entries()) {
          heap.remove(entry);
          expect(heap.keyOf(entry)).to.equal(undefined);
          expect(heap.leastKey).to.equal(Math.min(...given.slice(index + 1)));
        }
      }),
    );
  });
});
