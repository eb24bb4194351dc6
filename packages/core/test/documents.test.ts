import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";

const ROOT = new URL("../../../", import.meta.url);

const run = promisify(execFile);

/** The blocks of one language in a document, each with the text of the block right after it. */
function blocks(markdown: string, language: string): { code: string; next: string | undefined }[] {
  const all = [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  return all.flatMap(([, name, code = ""], index) =>
    name === language ? [{ code, next: all[index + 1]?.[1] === "" ? all[index + 1]?.[2] : undefined }] : [],
  );
}

/** Runs a program inside the package that can import all it needs. Its output. */
async function output(code: string): Promise<string> {
  const home = /@aperture-flow\/(engine|express)/.exec(code)?.[1] ?? "core";
  const cwd = fileURLToPath(new URL(`packages/${home}/`, ROOT));
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], { cwd, timeout: 15_000 });
  return stdout;
}

for (const [path, programs] of [
  ["packages/core/README.md", 1],
  ["docs/testing.md", 7],
] as const) {
  describe(path, () => {
    let markdown: string;
    before(async () => {
      markdown = await readFile(new URL(path, ROOT), "utf8");
    });

    for (let index = 0; index < programs; index += 1) {
      it(`has a program ${index + 1} that runs and prints what it says`, async () => {
        const block = blocks(markdown, "js")[index];
        expect(block, "block").not.to.equal(undefined);
        expect(await output(block?.code ?? "")).to.equal(block?.next ?? "");
      });
    }

    it("has no program that was not run", () => {
      expect(blocks(markdown, "js")).to.have.length(programs);
    });

    it("links to files that exist", async () => {
      const links = [...markdown.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? "");
      for (const link of links) await readFile(new URL(link, new URL(path, ROOT)));
    });
  });
}
