import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { generatedFiles } from "../../scripts/generate-policy-reference.ts";
import { loadPolicies } from "../../src/policy/load.ts";
import { limiterPolicy } from "./policies.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const FOLDER = "docs/policies";
const PAGES = ["docs/policies.md", ...readdirSync(join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`)];
const EXAMPLE = /^```yaml\n([\s\S]*?)^```$/gm;
const LINK = /\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g;

const textOf = (path: string) => readFileSync(join(ROOT, path), "utf8");

describe("the reference of policies", () => {
  it("is what the schemas say: run scripts/generate-policy-reference.ts where it is not", function () {
    this.timeout(60_000);
    for (const [path, text] of generatedFiles()) expect(textOf(path), path).to.equal(text);
  });

  for (const page of PAGES) {
    const examples = [...textOf(page).matchAll(EXAMPLE)].map(([, yaml = ""]) => yaml);

    it(`shows policies that load: ${page}`, async () => {
      expect(examples).to.have.length.above(0);
      for (const yaml of examples) {
        const part = parse(yaml);
        const policy = "selectors" in part ? limiterPolicy("example", part.selectors) : { yaml };
        expect(await loadPolicies(policy)).to.have.length(1);
      }
    });

    it(`leads to pages and headings that are there: ${page}`, () => {
      for (const [, path = "", anchor] of textOf(page).matchAll(LINK)) {
        const target = path === "" ? join(ROOT, page) : join(ROOT, page, "..", path);
        const text = readFileSync(target, "utf8");
        if (anchor !== undefined) expect(anchorsOf(text), `${page} -> ${path}`).to.include(anchor);
      }
    });
  }
});

function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
