import { expect } from "chai";
import fc from "fast-check";
import type { Limiter } from "../../src/limiter/limiter.ts";
import { ControlPoint, type PlacedLimiter } from "../../src/policy/control-points.ts";
import type { StageKind } from "../../src/snapshot.ts";

const KINDS: readonly StageKind[] = ["ramp", "sample", "rate", "concurrency", "load"];

/** A limiter that applies to flows with its own label; to all of them without one. */
function placed(index: number, stage: StageKind, conditional: boolean): PlacedLimiter {
  const limiter: Limiter = {
    ref: { policy: "p", policyHash: "h", component: `root.${index}` },
    decide: () => {
      throw new Error("nobody asks");
    },
    revert: () => undefined,
  };
  const applies = conditional
    ? (labels: Readonly<Record<string, string>>) => Object.hasOwn(labels, `${index}`)
    : undefined;
  return { limiter, stage, applies };
}

describe("ControlPoint", () => {
  it("puts stages in the order in which a flow meets them, and leaves empty ones out", () => {
    const controlPoint = new ControlPoint([
      placed(0, "load", false),
      placed(1, "ramp", false),
      placed(2, "rate", false),
      placed(3, "rate", false),
      placed(4, "ramp", false),
    ]);
    const stages = controlPoint.stages({}, []);
    expect(stages.map(({ kind, reason, status }) => [kind, reason, status])).to.deep.equal([
      ["ramp", "no-matching-ramp", 403],
      ["rate", "rate-limited", 429],
      ["load", "no-tokens", 503],
    ]);
    expect(stages.map(({ limiters }) => limiters.map(({ ref }) => ref.component))).to.deep.equal([
      ["root.1", "root.4"],
      ["root.2", "root.3"],
      ["root.0"],
    ]);
  });

  it("finds what asking each limiter would find, for any number of limiters and flows", () => {
    const limiter = fc.record({ stage: fc.constantFrom(...KINDS), conditional: fc.boolean() });
    const flow = fc.array(fc.nat({ max: 99 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(limiter, { maxLength: 100 }), fc.array(flow, { maxLength: 20 }), (limiters, flows) => {
        const all = limiters.map(({ stage, conditional }, index) => placed(index, stage, conditional));
        const controlPoint = new ControlPoint(all);
        for (const keys of flows) {
          const labels = Object.fromEntries(keys.map((key) => [`${key}`, ""]));
          const expected = KINDS.flatMap((kind) =>
            all.filter(({ stage, applies }) => stage === kind && applies?.(labels, []) !== false),
          );
          const found = controlPoint.stages(labels, []).flatMap(({ limiters: own }) => own);
          expect(found).to.deep.equal(expected.map((each) => each.limiter));
        }
      }),
    );
  });

  it("forgets sets of limiters rather than keep more than it may", () => {
    const controlPoint = new ControlPoint(Array.from({ length: 12 }, (_, index) => placed(index, "rate", true)));
    for (let set = 0; set < 4096; set++) {
      const keys = Array.from({ length: 12 }, (_, bit) => bit).filter((bit) => (set & (1 << bit)) !== 0);
      const labels = Object.fromEntries(keys.map((key) => [`${key}`, ""]));
      const found = controlPoint.stages(labels, []).flatMap(({ limiters }) => limiters.map(({ ref }) => ref.component));
      expect(found).to.deep.equal(keys.map((key) => `root.${key}`));
    }
  });
});
