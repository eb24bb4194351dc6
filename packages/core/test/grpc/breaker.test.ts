import { expect } from "chai";
import { Breaker } from "../../src/grpc/breaker.ts";

/** A breaker that has just opened. */
function opened(nowMs = 0): Breaker {
  const breaker = new Breaker();
  for (let timeout = 0; timeout < 5; timeout += 1) breaker.timedOut(breaker.answers, nowMs);
  return breaker;
}

describe("Breaker", () => {
  it("opens after five timeouts in a row", () => {
    const breaker = new Breaker();
    for (let timeout = 0; timeout < 4; timeout += 1) breaker.timedOut(breaker.answers, 0);
    expect(breaker.admits(0)).to.equal(true);
    breaker.timedOut(breaker.answers, 0);
    expect(breaker.open).to.equal(true);
    expect(breaker.admits(0)).to.equal(false);
  });

  it("starts over with every answer", () => {
    const breaker = new Breaker();
    for (let timeout = 0; timeout < 50; timeout += 1) {
      breaker.timedOut(breaker.answers, 0);
      if (timeout % 4 === 3) breaker.answered();
    }
    expect(breaker.open).to.equal(false);
  });

  it("does not count a timeout while which others were answered", () => {
    const breaker = new Breaker();
    const before = breaker.answers;
    breaker.answered();
    for (let timeout = 0; timeout < 50; timeout += 1) breaker.timedOut(before, 0);
    expect(breaker.open).to.equal(false);
  });

  it("lets one call through every half second", () => {
    const breaker = opened(1000);
    const admitted = Array.from({ length: 2001 }, (_, ms) => 1000 + ms).filter((ms) => breaker.admits(ms));
    expect(admitted).to.deep.equal([1500, 2000, 2500, 3000]);
  });

  it("stays open when the call it let through times out, and closes when it is answered", () => {
    const breaker = opened();
    expect(breaker.admits(500)).to.equal(true);
    breaker.timedOut(breaker.answers, 700);
    expect(breaker.admits(700)).to.equal(false);
    expect(breaker.admits(1000)).to.equal(true);
    breaker.answered();
    expect([breaker.admits(1000), breaker.admits(1000)]).to.deep.equal([true, true]);
  });

  it("says once in a while that the connection may be lost", () => {
    const breaker = opened(1000);
    const said = Array.from({ length: 100 }, (_, second) => second * 1000).filter((ms) => breaker.stuck(ms, 30_000));
    expect(said).to.deep.equal([31_000, 61_000, 91_000]);
    breaker.answered();
    expect(breaker.stuck(1e9, 30_000)).to.equal(false);
  });
});
