import { expect } from "chai";
import fc from "fast-check";
import { ApertureClient } from "../../src/client.ts";
import { rejected, ScriptedControl } from "../../src/testing/index.ts";

async function retryAfter(waitMs: number) {
  return (await new ApertureClient({ control: new ScriptedControl(rejected({ waitMs })) }).startFlow("x")).retryAfter();
}

describe("regression: parts of a second lost their place", () => {
  it("keeps 2 s and 5 ms apart from 2.5 s", async () => {
    expect(await retryAfter(2005)).to.deep.equal({ seconds: "2", nanos: 5_000_000 });
    expect(await retryAfter(2500)).to.deep.equal({ seconds: "2", nanos: 500_000_000 });
  });

  it("has never a whole second of nanoseconds", async () => {
    expect(await retryAfter(999.9999999)).to.deep.equal({ seconds: "1", nanos: 0 });
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), async (waitMs) => {
        const { seconds, nanos = -1 } = await retryAfter(waitMs);
        expect(seconds).to.match(/^\d+$/);
        expect(Number.isInteger(nanos) && nanos >= 0 && nanos < 1e9).to.equal(true);
        expect(Number(seconds) * 1000 + nanos / 1e6).to.be.closeTo(waitMs, 1e-5);
      }),
    );
  });
});
