import type { Labels } from "@aperture-flow/core";
import { expect } from "chai";
import fc from "fast-check";
import { MemoryBackend } from "../../src/backend/memory.ts";
import type { LimiterEnvironment } from "../../src/limiter/limiter.ts";
import { Sampler, type SamplerSettings } from "../../src/limiter/sampler.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

const REF = { policy: "canary", policyHash: "h1", component: "0" };

function sampler(settings: Partial<SamplerSettings>, random = () => 0.5): Sampler {
  const clock = new FakeClock();
  const environment: LimiterEnvironment = { clock, backend: new MemoryBackend({ clock }), random, observer: {} };
  return new Sampler({ ref: REF, acceptPercentage: 0, ...settings }, environment);
}

const decide = (subject: Sampler, labels: Labels = {}) =>
  subject.decide({ controlPoint: "cp", labels, rampMode: false, call: {} });

describe("Sampler", () => {
  it("describes what it decided", () => {
    const subject = sampler({ sessionLabelKey: "user" });
    expect(decide(subject, { user: "alice" })).to.deep.equal({
      ref: REF,
      kind: "sampler",
      dropped: true,
      label: "user:alice",
      tokens: { consumed: 0, remaining: 0, current: 0 },
      waitMs: 0,
      status: 403,
    });
    expect(decide(subject).label, "a flow without the label").to.equal("user:");
    expect(decide(sampler({ deniedStatus: 451 }))).to.deep.include({ label: ":", status: 451 });
  });

  it("samples sessions by the hash of their label", () => {
    const subject = sampler({ sessionLabelKey: "user", acceptPercentage: 10 });
    const inside = decide(subject, { user: "user-42" });
    const outside = decide(subject, { user: "user-0" });
    expect([inside.dropped, outside.dropped]).to.deep.equal([false, true]);
  });

  it("keeps a session in when the share grows", () => {
    const percentage = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.string(), percentage, percentage, (user, a, b) => {
        const dropped = (acceptPercentage: number) =>
          decide(sampler({ sessionLabelKey: "user", acceptPercentage }), { user }).dropped;
        if (dropped(Math.max(a, b))) expect(dropped(Math.min(a, b))).to.equal(true);
      }),
    );
  });

  it("leaves flows without a session to chance", () => {
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
    for (const key of [undefined, "", "session"]) {
      const subject = sampler({ sessionLabelKey: key, acceptPercentage: 30 }, random);
      let accepted = 0;
      for (let flow = 0; flow < 10_000; flow++) if (!decide(subject, { "": "x" }).dropped) accepted += 1;
      expect(accepted).to.be.closeTo(3000, 150);
    }
  });

  it("lets nobody in at 0 % and everybody from 100 %", () => {
    for (const extreme of [0, 1 - Number.EPSILON]) {
      expect(decide(sampler({ acceptPercentage: 0 }, () => extreme)).dropped).to.equal(true);
      expect(decide(sampler({ acceptPercentage: 100 }, () => extreme)).dropped).to.equal(false);
      expect(decide(sampler({ acceptPercentage: 120 }, () => extreme)).dropped).to.equal(false);
    }
    fc.assert(
      fc.property(fc.string(), (user) => {
        const dropped = (acceptPercentage: number) =>
          decide(sampler({ sessionLabelKey: "user", acceptPercentage }), { user }).dropped;
        expect([dropped(0), dropped(100)]).to.deep.equal([true, false]);
      }),
    );
  });

  it("always lets the named sessions in", () => {
    const subject = sampler({ sessionLabelKey: "user", passThroughLabelValues: ["vip"] });
    expect(decide(subject, { user: "vip" }).dropped).to.equal(false);
    expect(decide(subject, { user: "other" }).dropped).to.equal(true);
    expect(decide(subject).dropped).to.equal(true);
  });

  it("takes the empty name for flows without a session", () => {
    for (const sessionLabelKey of ["user", undefined]) {
      const subject = sampler({ sessionLabelKey, passThroughLabelValues: [""] });
      expect(decide(subject).dropped).to.equal(false);
    }
  });

  it("takes names of the language for what they are: text", () => {
    const subject = sampler({ sessionLabelKey: "constructor", passThroughLabelValues: ["vip"] });
    expect(decide(subject).label).to.equal("constructor:");
    expect(decide(subject, { constructor: "vip" } as unknown as Labels).dropped).to.equal(false);
  });
});
