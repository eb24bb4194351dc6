import { expect } from "chai";
import fc from "fast-check";
import { acquireSlots, expireSlots, releaseSlots, type SlotAsk, type Slots } from "../../src/arithmetic/slots.ts";

const ASK: SlotAsk = { slots: 1, limit: 2, maxHoldMs: 1000, idleMs: 0 };

function newSlots() {
  const held: Slots = { leases: new Map(), inFlight: 0 };
  const acquire = (id: string, nowMs = 0, ask: Partial<SlotAsk> = {}) =>
    acquireSlots(held, { ...ASK, ...ask }, { id, nowMs });
  return { held, acquire };
}

describe("slots", () => {
  it("lends while fewer are in flight than the limit", () => {
    const { held, acquire } = newSlots();
    expect([acquire("a"), acquire("b"), acquire("c")]).to.deep.equal([true, true, false]);
    expect(held.inFlight).to.equal(2);
    expect(releaseSlots(held, "a", 0)).to.equal(true);
    expect(acquire("d")).to.equal(true);
  });

  it("lets the last one in overshoot the limit, and a large one run alone", () => {
    const { held, acquire } = newSlots();
    expect(acquire("half", 0, { slots: 1.5 })).to.equal(true);
    expect(acquire("large", 0, { slots: 100 })).to.equal(true);
    expect(held.inFlight).to.equal(101.5);
    expect(acquire("small", 0, { slots: 0 })).to.equal(false);
  });

  it("lends nothing at a limit of 0, below or at none", () => {
    const { acquire } = newSlots();
    for (const limit of [0, -1, Number.NaN]) expect(acquire("a", 0, { limit })).to.equal(false);
  });

  it("counts 0 slots as a lease that takes nothing", () => {
    const { held, acquire } = newSlots();
    expect(acquire("none", 0, { slots: 0 })).to.equal(true);
    expect(held.inFlight).to.equal(0);
    expect([releaseSlots(held, "none", 0), releaseSlots(held, "none", 0)]).to.deep.equal([true, false]);
  });

  it("refuses amounts that are none", () => {
    const { held, acquire } = newSlots();
    for (const slots of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(acquire("a", 0, { slots })).to.equal(false);
    expect(held.inFlight).to.equal(0);
  });

  it("holds a lease in its last millisecond, and not after", () => {
    const { held, acquire } = newSlots();
    acquire("a", 0, { limit: 1 });
    expect(acquire("b", 1000, { limit: 1 })).to.equal(false);
    expect(acquire("b", 1000.5, { limit: 1 })).to.equal(true);
    expect(releaseSlots(held, "a", 1000.5)).to.equal(false);
    expect(held.inFlight).to.equal(1);
  });

  it("knows the small leases next to an immense one when that has gone", () => {
    const { held, acquire } = newSlots();
    for (let count = 0; count < 9; count++) acquire(`small ${count}`, 0, { limit: 10 });
    acquire("immense", 0, { limit: 10, slots: 1e300 });
    expect(acquire("other", 0, { limit: 10 })).to.equal(false);
    releaseSlots(held, "immense", 0);
    expect(held.inFlight).to.equal(9);
  });

  describe("under any sequence of asks, ends, double ends and lost ends", () => {
    type Step =
      | { readonly do: "acquire"; readonly slots: number }
      | { readonly do: "release"; readonly lease: number }
      | { readonly do: "wait"; readonly ms: number };

    const wholes = fc.integer({ min: 0, max: 5 });
    const any = fc.oneof(wholes, fc.double({ min: 0, max: 3, noNaN: true }), fc.constantFrom(1e-9, 2 ** 53, 1e300));

    const steps = (slots: fc.Arbitrary<number>) =>
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: slots.map((amount): Step => ({ do: "acquire", slots: amount })) },
          { weight: 3, arbitrary: fc.nat(40).map((lease): Step => ({ do: "release", lease })) },
          { weight: 1, arbitrary: fc.nat(700).map((ms): Step => ({ do: "wait", ms })) },
        ),
        { maxLength: 80 },
      );

    /** Runs the steps, beside a plain list of what is held. */
    function run(all: readonly Step[], check: (held: Slots, expected: number) => void): void {
      const { held, acquire } = newSlots();
      let live: { readonly id: string; readonly slots: number; readonly expiresMs: number }[] = [];
      const sum = () => live.reduce((total, { slots }) => total + slots, 0);
      let nowMs = 0;
      let acquired = 0;
      for (const step of all) {
        if (step.do === "wait") nowMs += step.ms;
        live = live.filter(({ expiresMs }) => expiresMs >= nowMs);
        if (step.do === "acquire") {
          const id = `${acquired++}`;
          const granted = acquire(id, nowMs, { slots: step.slots, limit: 10 });
          if (Number.isInteger(sum()) && sum() < 2 ** 53) expect(granted).to.equal(sum() < 10);
          if (granted) live.push({ id, slots: step.slots, expiresMs: nowMs + ASK.maxHoldMs });
        } else if (step.do === "release") {
          const id = `${step.lease}`;
          expect(releaseSlots(held, id, nowMs)).to.equal(live.some((lease) => lease.id === id));
          live = live.filter((lease) => lease.id !== id);
        } else expireSlots(held, nowMs);
        expect([...held.leases.keys()]).to.deep.equal(live.map(({ id }) => id));
        if (live.length === 0) expect(held.inFlight).to.equal(0);
        check(held, sum());
      }
    }

    it("has exactly the live leases in flight, of whole sizes", () => {
      fc.assert(fc.property(steps(wholes), (all) => run(all, (held, sum) => expect(held.inFlight).to.equal(sum))));
    });

    it("has the live leases in flight up to rounding, of any sizes, and never less than nothing", () => {
      const nearly = ({ inFlight }: Slots, sum: number) => {
        expect(inFlight).to.be.at.least(0);
        expect(Math.abs(inFlight - sum)).to.be.at.most(1e-6 + sum * 1e-12);
      };
      fc.assert(fc.property(steps(any), (all) => run(all, nearly)));
    });
  });
});
