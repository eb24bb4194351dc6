import type { Labels, LimiterDecision } from "@aperture-flow/core";
import { expect } from "chai";
import fc from "fast-check";
import { MemoryBackend } from "../../src/backend/memory.ts";
import { Sampler, type SamplerSettings } from "../../src/limiter/sampler.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

const REF = { policy: "checkout", policyHash: "h1", component: "0" };

function sampler(settings: Partial<SamplerSettings>, random: () => number = () => 0.5): Sampler {
  const clock = new FakeClock();
  const environment = { clock, backend: new MemoryBackend({ clock }), random, observer: {} };
  return new Sampler({ ref: REF, acceptPercentage: 100, ...settings }, environment);
}

const decide = (subject: Sampler, labels: Labels = {}): LimiterDecision =>
  subject.decide({ controlPoint: "cp", labels, rampMode: false, call: {} });

const accepts = (subject: Sampler, labels?: Labels): boolean => !decide(subject, labels).dropped;

describe("Sampler", () => {
  it("describes what it decided", () => {
    expect(decide(sampler({ acceptPercentage: 0 }))).to.deep.equal({
      ref: REF,
      kind: "sampler",
      dropped: true,
      label: ":",
      tokens: { consumed: 0, remaining: 0, current: 0 },
      waitMs: 0,
      status: 403,
    });
    const keyed = sampler({ sessionLabelKey: "user", deniedStatus: 404 });
    expect(decide(keyed, { user: "ann" })).to.deep.include({ dropped: false, label: "user:ann", status: 404 });
    expect(decide(keyed).label).to.equal("user:");
  });

  it("draws flows without a session", () => {
    const draws = [0, 0.29, 0.3, 0.31, 0.99];
    const subject = sampler({ acceptPercentage: 30 }, () => draws.shift() ?? 1);
    const answers = Array.from({ length: 5 }, () => accepts(subject, { user: "ann" }));
    expect(answers).to.deep.equal([true, true, true, false, false]);
  });

  it("draws flows that lack the label of the session, but not those where it is empty", () => {
    const draw = { next: 0.9 };
    const subject = sampler({ acceptPercentage: 55, sessionLabelKey: "user" }, () => draw.next);
    expect([accepts(subject), accepts(subject, { user: "" })]).to.deep.equal([false, true]);
    draw.next = 0.1;
    expect(accepts(subject)).to.equal(true);
    expect(
      accepts(
        sampler({ acceptPercentage: 50, sessionLabelKey: "user" }, () => 0),
        { user: "" },
      ),
    ).to.equal(false);
  });

  it("places sessions where Aperture does", () => {
    const places = { "user-0": 96.2, "user-1": 95.8, "user-2": 97, "user-3": 96.6, "user-42": 0.93 };
    for (const [user, place] of Object.entries(places)) {
      const at = (acceptPercentage: number) =>
        accepts(sampler({ acceptPercentage, sessionLabelKey: "u" }), { u: user });
      expect([at(place - 0.1), at(place + 0.1)], user).to.deep.equal([false, true]);
    }
  });

  it("only ever adds sessions as the percentage rises, in every policy alike", () => {
    const percentage = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.string(), percentage, percentage, (user, one, other) => {
        const at = (acceptPercentage: number, policy: string) =>
          accepts(sampler({ acceptPercentage, sessionLabelKey: "user", ref: { ...REF, policy } }), { user });
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        if (at(low, "a")) expect(at(high, "b")).to.equal(true);
        expect(at(low, "a")).to.equal(at(low, "b"));
      }),
    );
  });

  it("accepts about its percentage of many sessions", () => {
    const subject = sampler({ acceptPercentage: 25, sessionLabelKey: "user" });
    let accepted = 0;
    for (let session = 0; session < 40_000; session++) {
      if (accepts(subject, { user: `${session * 7919}@example.com/${session}` })) accepted += 1;
    }
    expect(accepted / 40_000).to.be.within(0.22, 0.28);
  });

  it("accepts all from 100 on, and none at 0 or below, whatever is drawn", () => {
    for (const draw of [0, 0.5, 1]) {
      for (const acceptPercentage of [100, 100.1, Number.POSITIVE_INFINITY]) {
        expect(accepts(sampler({ acceptPercentage }, () => draw))).to.equal(true);
      }
      for (const acceptPercentage of [0, -5])
        expect(accepts(sampler({ acceptPercentage }, () => draw))).to.equal(false);
    }
  });

  it("accepts every session at 100, and none at 0", () => {
    fc.assert(
      fc.property(fc.string(), (user) => {
        const at = (acceptPercentage: number) =>
          accepts(sampler({ acceptPercentage, sessionLabelKey: "user" }), { user });
        expect([at(0), at(100)]).to.deep.equal([false, true]);
      }),
    );
  });

  it("accepts about its percentage of flows without a session, which a label without a name is not", () => {
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    for (const sessionLabelKey of [undefined, "", "session"]) {
      const subject = sampler({ acceptPercentage: 30, sessionLabelKey }, random);
      let accepted = 0;
      for (let flow = 0; flow < 10_000; flow++) if (accepts(subject, { "": "x" })) accepted += 1;
      expect(accepted).to.be.closeTo(3000, 150);
    }
  });

  it("accepts all without a percentage; in ramp mode none", () => {
    for (const acceptPercentage of [undefined, Number.NaN]) {
      expect(accepts(sampler({ acceptPercentage }, () => 1))).to.equal(true);
      expect(accepts(sampler({ acceptPercentage, rampMode: true }, () => 0))).to.equal(false);
    }
  });

  it("always passes the values that it is told to", () => {
    const subject = sampler({ acceptPercentage: 0, sessionLabelKey: "user", passThroughLabelValues: ["vip"] });
    expect([accepts(subject, { user: "vip" }), accepts(subject, { user: "ann" }), accepts(subject)]).to.deep.equal([
      true,
      false,
      false,
    ]);
    const keyless = sampler({ acceptPercentage: 0, sessionLabelKey: "user", passThroughLabelValues: [""] });
    expect([accepts(keyless), accepts(keyless, { user: "ann" })]).to.deep.equal([true, false]);
    expect(accepts(sampler({ acceptPercentage: 0, passThroughLabelValues: [""] }))).to.equal(true);
  });

  it("takes names of the language for what they are: text", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      const subject = sampler({ acceptPercentage: 0, sessionLabelKey: name, passThroughLabelValues: ["vip"] });
      expect(decide(subject).label, "not inherited").to.equal(`${name}:`);
      expect(accepts(subject, JSON.parse(`{"${name}":"vip"}`) as Labels)).to.equal(true);
    }
  });
});
