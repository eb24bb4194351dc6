import { expect } from "chai";
import { Alarm } from "../../src/schedule/alarm.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

function setUp() {
  const clock = new FakeClock();
  const rings: number[] = [];
  const alarm = new Alarm(clock, () => rings.push(clock.nowMs()));
  return { clock, alarm, rings };
}

describe("Alarm", () => {
  it("rings at its moment, once", async () => {
    const { clock, alarm, rings } = setUp();
    alarm.set(50);
    await clock.advance(1000);
    expect(rings).to.deep.equal([50]);
    alarm.set(1500);
    await clock.advance(1000);
    expect(rings).to.deep.equal([50, 1500]);
  });

  it("rings earlier where it is set to an earlier moment, and too early where to a later one", async () => {
    const { clock, alarm, rings } = setUp();
    alarm.set(500);
    alarm.set(200);
    alarm.set(900);
    expect(clock.pending).to.equal(1);
    await clock.advance(1000);
    expect(rings).to.deep.equal([200]);
  });

  it("is turned off, and leaves no timer", async () => {
    const { clock, alarm, rings } = setUp();
    alarm.set(500);
    alarm.set(Number.POSITIVE_INFINITY);
    expect(clock.pending).to.equal(0);
    alarm.set(700);
    await clock.advance(1000);
    expect(rings).to.deep.equal([700]);
  });

  it("rings at once for a moment that has passed", async () => {
    const { clock, alarm, rings } = setUp();
    await clock.advance(100);
    alarm.set(50);
    await clock.advance(0);
    expect(rings).to.deep.equal([100]);
  });
});
