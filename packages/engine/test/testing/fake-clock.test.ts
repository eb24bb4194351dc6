import { expect } from "chai";
import { FakeClock } from "../../src/testing/fake-clock.ts";

describe("FakeClock", () => {
  it("fires each timer at its moment, in order", async () => {
    const clock = new FakeClock(100);
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.nowMs()}`);
    clock.after(30, note("c"));
    clock.after(10, note("a"));
    clock.after(10, note("b"));
    const cancel = clock.after(20, note("never"));
    cancel();
    await clock.advance(29);
    expect(fired).to.deep.equal(["a@110", "b@110"]);
    await clock.advance(1);
    expect(fired).to.deep.equal(["a@110", "b@110", "c@130"]);
    expect(clock.nowMs()).to.equal(130);
    expect(clock.pending).to.equal(0);
  });

  it("lets promises settle before time moves on", async () => {
    const clock = new FakeClock();
    const woken: number[] = [];
    const sleepTwice = async () => {
      await clock.sleep(10);
      woken.push(clock.nowMs());
      await clock.sleep(5);
      woken.push(clock.nowMs());
    };
    void sleepTwice();
    await clock.advance(100);
    expect(woken).to.deep.equal([10, 15]);
  });

  it("repeats until it is stopped, also from within", async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    const stop = clock.every(10, () => {
      at.push(clock.nowMs());
      if (at.length === 3) stop();
    });
    await clock.advance(100);
    expect(at).to.deep.equal([10, 20, 30]);
    expect(clock.pending).to.equal(0);
    expect(() => clock.every(0, () => {})).to.throw(RangeError);
  });

  it("wakes a sleeper whose signal aborts, and leaves no timer", async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const asleep = clock.sleep(1000, controller.signal);
    controller.abort();
    await asleep;
    await clock.sleep(1000, controller.signal);
    expect(clock.nowMs()).to.equal(0);
    expect(clock.pending).to.equal(0);
  });
});
