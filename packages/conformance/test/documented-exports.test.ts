import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect } from "chai";

const PACKAGES = new URL("../../", import.meta.url);
const REEXPORT = /export\s+(?:type\s+)?\{(?<names>[^}]*)\}\s+from\s+"(?<from>[^"]+)"/g;

type ReadFile = (path: string) => string;

/** What an index re-exports without a sentence of JSDoc right before its declaration. */
function undocumented(index: string, read: ReadFile): string[] {
  return [...read(index).matchAll(REEXPORT)].flatMap(({ groups: { names = "", from = "" } = {} }) => {
    const file = posix.join(posix.dirname(index), from);
    const exported = names.replace(/\/\/.*/g, "").split(",");
    return exported
      .map((name) =>
        name
          .trim()
          .replace(/^type /, "")
          .replace(/ as .*/, ""),
      )
      .filter((name) => name !== "" && !isDocumented(name, file, read))
      .map((name) => `${file}: ${name}`);
  });
}

/** A file may itself pass on what another one declares. */
function isDocumented(name: string, file: string, read: ReadFile): boolean {
  const text = read(file);
  const declaration = `export\\s+(?:abstract\\s+|async\\s+)*(?:class|interface|type|function|const)\\s+${name}\\b`;
  if (new RegExp(declaration).test(text)) return new RegExp(`\\*/\\n${declaration}`).test(text);
  for (const { groups: { names = "", from = "" } = {} } of text.matchAll(REEXPORT)) {
    if (new RegExp(`\\b${name}\\b`).test(names)) return isDocumented(name, posix.join(posix.dirname(file), from), read);
  }
  return false;
}

describe("public exports", () => {
  const read: ReadFile = (path) => readFileSync(new URL(path, PACKAGES), "utf8");

  for (const folder of ["core", "engine", "express", "fastify", "koa"]) {
    it(`of ${folder} say what they are for`, () => {
      const files = readdirSync(new URL(`${folder}/src`, PACKAGES), { recursive: true, encoding: "utf8" });
      const indexes = files.map((file) => file.replaceAll("\\", "/")).filter((file) => /(?:^|\/)index\.ts$/.test(file));
      expect(indexes).to.not.be.empty;
      expect(indexes.flatMap((file) => undocumented(`${folder}/src/${file}`, read))).to.deep.equal([]);
    });
  }

  it("are seen where they say nothing", () => {
    const planted: Readonly<Record<string, string>> = {
      "p/src/index.ts": 'export { a, type B } from "./a.ts";\nexport type { C } from "./deep/c.ts";\n',
      "p/src/a.ts": "/** Says it. */\nexport const a = 1;\n\nexport interface B {}\n",
      "p/src/deep/c.ts": 'export type { C } from "./d.ts";\n',
      "p/src/deep/d.ts": "/** Somebody else. */\nexport type D = 1;\nexport type C = 2;\n",
    };
    expect(undocumented("p/src/index.ts", (path) => planted[path] ?? "")).to.deep.equal([
      "p/src/a.ts: B",
      "p/src/deep/c.ts: C",
    ]);
  });
});
