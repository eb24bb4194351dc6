import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { systemClock } from "../../src/time/clock.ts";

describe("systemClock", () => {
  it("never runs backwards", () => {
    const clock = systemClock();
    let last = clock.nowMs();
    for (let reading = 0; reading < 1000; reading++) {
      const now = clock.nowMs();
      expect(now).to.be.at.least(last);
      last = now;
    }
  });

  it("fires, repeats and sleeps", async () => {
    const clock = systemClock();
    await new Promise<void>((resolve) => clock.after(1, resolve));
    let count = 0;
    await new Promise<void>((resolve) => {
      const stop = clock.every(1, () => {
        count += 1;
        if (count < 3) return;
        stop();
        resolve();
      });
    });
    expect(count).to.equal(3);
    await clock.sleep(1);
    await clock.sleep(Number.NaN);
  });

  it("keeps the process alive for those who wait, and for nothing else", async () => {
    const source = new URL("../../src/time/clock.ts", import.meta.url).href;
    const code = `
      import { systemClock } from ${JSON.stringify(source)};
      const clock = systemClock();
      clock.every(1, () => {});
      clock.after(1e9, () => {})();
      await clock.sleep(20);
      await new Promise((resolve) => clock.after(20, resolve));
      console.log("woken");
    `;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ["--import", "tsx", "--input-type", "module", "--eval", code]);
    expect(stdout.trim()).to.equal("woken");
  });

  it("wakes a sleeper whose signal aborts", async () => {
    const controller = new AbortController();
    const asleep = systemClock().sleep(1e9, controller.signal);
    controller.abort();
    await asleep;
    await systemClock().sleep(1e9, controller.signal);
  });

  it("does not fire at once what is further away than a timer reaches", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    const clock = systemClock();
    let fired = 0;
    const cancels = [2 ** 31, Number.MAX_VALUE, Number.POSITIVE_INFINITY].flatMap((ms) => [
      clock.after(ms, () => fired++),
      clock.every(ms, () => fired++),
    ]);
    await clock.sleep(5);
    for (const cancel of cancels) cancel();
    process.off("warning", note);
    expect(fired).to.equal(0);
    expect(warnings).to.deep.equal([]);
  });
});
