import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { PARTS } from "../src/parts.ts";

const ROOT = new URL("../../../", import.meta.url);

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** What was built, as the script of the project runs it. */
async function bench(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ["packages/bench/dist/main.js", ...args], { cwd: ROOT });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, output, errors };
}

/** No times are asserted: a machine that runs tests is busy. */
describe("bench --quick", function () {
  this.timeout(120_000);

  for (const { name } of PARTS) {
    it(`runs ${name} to the end and writes nothing`, async () => {
      const page = await readFile(new URL("docs/benchmarks.md", ROOT), "utf8");
      const { code, output, errors } = await bench(name, "--quick");
      expect(code, errors).to.equal(0);
      expect(output).to.contain(`${name}: `);
      expect(await readFile(new URL("docs/benchmarks.md", ROOT), "utf8")).to.equal(page);
    });
  }

  it("refuses a part that does not exist, in one line", async () => {
    const { code, errors } = await bench("nothing");
    expect(code).to.equal(2);
    expect(errors.trim().split("\n")).to.have.lengthOf(1);
    expect(errors).to.contain("adapters, decisions");
  });

  it("has a place in the page for every part, and in the plot for those that are drawn", async () => {
    const page = await readFile(new URL("docs/benchmarks.md", ROOT), "utf8");
    const plot = await readFile(new URL("docs/benchmarks.svg", ROOT), "utf8");
    for (const { name, draw } of PARTS) {
      expect(page).to.contain(`<!-- bench:${name} -->`);
      if (draw !== undefined) expect(plot).to.contain(`<!-- bench:${name} -->`);
    }
  });
});
