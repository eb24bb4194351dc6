import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const PACKAGE = join(import.meta.dirname, "../..");
const { exports } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));

function declarations(): string[] {
  return Object.values<string | { readonly types: string }>(exports).flatMap((entry) =>
    typeof entry === "string" ? [] : [entry.types],
  );
}

describe("regression: declarations only compiled where nobody checked them", () => {
  it("compile under nodenext without skipLibCheck", async () => {
    const files = declarations();
    expect(files).to.include("./dist/index.d.ts");
    const strict = ["--ignoreConfig", "--noEmit", "--strict", "--skipLibCheck", "false"];
    const target = ["--target", "es2022", "--module", "nodenext", "--types", "node"];
    const compiler = join(PACKAGE, "../../node_modules/typescript/bin/tsc");
    const run = promisify(execFile)(process.execPath, [compiler, ...strict, ...target, ...files], { cwd: PACKAGE });
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    expect(stdout).to.equal("");
  });
});
