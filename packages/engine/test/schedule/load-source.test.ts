import { expect } from "chai";
import { LoadSource } from "../../src/schedule/load-source.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

const ARRIVALS_PER_SECOND = 10;

async function learnt() {
  const clock = new FakeClock();
  const source = new LoadSource(clock);
  /** So many seconds with so many flows each, of one token; how many of them got through. */
  const seconds = async (count: number, perSecond = ARRIVALS_PER_SECOND) => {
    let passed = 0;
    for (let flow = 0; flow < count * perSecond; flow += 1) {
      if (source.arrive(1) || source.take("default", 1, 0).granted) passed += 1;
      await clock.advance(1000 / perSecond);
    }
    return passed;
  };
  await seconds(32);
  return { clock, source, seconds };
}

describe("LoadSource", () => {
  it("lets everything through that was not decided on", async () => {
    const { seconds } = await learnt();
    expect(await seconds(10)).to.equal(100);
  });

  it("lets everything through when a decision is out of date, until the next (T94)", async () => {
    const { clock, source } = await learnt();
    source.decide({ multiplier: 0, passThrough: false, validForMs: 50_000 });
    for (let second = 0; second < 50; second += 1) {
      await clock.advance(1000);
      expect(source.arrive(1), `after ${second + 1} s`).to.equal(false);
    }
    await clock.advance(1);
    expect(source.arrive(1)).to.equal(true);
    source.decide({ multiplier: 0, passThrough: false, validForMs: 50_000 });
    expect(source.arrive(1)).to.equal(false);
  });

  it("lets everything through while a decision says so, or is no number from 0", async () => {
    const { source } = await learnt();
    source.decide({ multiplier: 0, passThrough: true });
    expect(source.arrive(1)).to.equal(true);
    for (const multiplier of [-1, Number.NaN]) {
      source.decide({ multiplier, passThrough: false });
      expect(source.arrive(1)).to.equal(true);
    }
  });

  it("keeps to the share of the load that arrives now, not of what arrived when it was decided", async () => {
    const { source, seconds } = await learnt();
    source.decide({ multiplier: 0.5, passThrough: false });
    expect(await seconds(20)).to.be.within(98, 106);
    await seconds(40, 50);
    expect(await seconds(20, 50)).to.be.within(490, 510);
  });
});
