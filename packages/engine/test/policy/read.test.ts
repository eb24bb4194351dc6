import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { problemLines, readAll } from "./reading.ts";

const TEXT = "circuit: { components: [] }\n";

describe("readDocuments", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "policies-"));
  });

  afterEach(() => rm(directory, { recursive: true }));

  async function write(name: string, text: string | Uint8Array): Promise<string> {
    const path = join(directory, name);
    await writeFile(path, text);
    return path;
  }

  it("reads a file, whatever it is called, and names its policy after it", async () => {
    const path = await write("checkout.policy", TEXT);
    const { documents } = await readAll(path);
    expect(documents).to.deep.equal([
      { origin: path, defaultName: "checkout", content: { circuit: { components: [] } } },
    ]);
  });

  it("reads a file URL", async () => {
    const path = await write("checkout.yaml", TEXT);
    expect((await readAll(pathToFileURL(path))).documents[0]?.origin).to.equal(path);
  });

  it("reads the policy files of a directory by name, and no others", async () => {
    for (const name of ["b.yml", "a.yaml", "c.json", ".hidden.yaml", "d.yaml~", "#e.yaml#", "f.txt", "Z.yaml"]) {
      await write(name, TEXT);
    }
    await mkdir(join(directory, "g.yaml"));
    const { documents } = await readAll(directory);
    expect(documents.map(({ defaultName }) => defaultName)).to.deep.equal(["Z", "a", "b", "c"]);
  });

  it("follows links, as mounted configuration is made of them", async () => {
    await mkdir(join(directory, "..data"));
    await write("..data/a.yaml", TEXT);
    await symlink(join("..data", "a.yaml"), join(directory, "a.yaml"));
    expect((await readAll(directory)).documents.map(({ defaultName }) => defaultName)).to.deep.equal(["a"]);
  });

  it("finds no policies in a directory without any, which is no mistake", async () => {
    expect(await readAll(directory)).to.deep.equal({ documents: [], problems: [] });
  });

  it("reads several documents of one text", async () => {
    const { documents } = await readAll({ yaml: `---\n${TEXT}---\n# nothing\n---\n${TEXT}...\n`, name: "two.yaml" });
    expect(documents.map(({ defaultName }) => defaultName)).to.deep.equal(["two", "two"]);
  });

  it("reads text with a byte order mark and Windows line ends", async () => {
    const path = await write("mark.yaml", `\uFEFF${TEXT.replace("\n", "\r\n")}`);
    expect((await readAll(path)).documents).to.have.length(1);
  });

  it("joins mappings with <<", async () => {
    const { documents } = await readAll({ yaml: "a: &a { x: 1 }\nb: { <<: *a, y: 2 }\n" });
    expect(documents[0]?.content).to.deep.equal({ a: { x: 1 }, b: { x: 1, y: 2 } });
  });

  it("reads an object as it is", async () => {
    const { documents } = await readAll({ circuit: { components: [] } });
    expect(documents).to.deep.equal([
      { origin: "policy object", defaultName: undefined, content: { circuit: { components: [] } } },
    ]);
  });

  it("reads several sources, and numbers those that have no name", async () => {
    const path = await write("a.yaml", TEXT);
    const { documents } = await readAll([path, { yaml: TEXT }, {}, { yaml: TEXT, name: "c" }]);
    expect(documents.map(({ origin }) => origin)).to.deep.equal([path, "policy text 2", "policy object 3", "c"]);
  });

  it("reads no sources as no policies", async () => {
    expect(await readAll([])).to.deep.equal({ documents: [], problems: [] });
  });

  it("reports what cannot be read, and reads the rest", async () => {
    const long = await write("long.yaml", `a: ${"x".repeat(1_000_000)}`);
    const binary = await write("binary.yaml", Uint8Array.of(0x61, 0x3a, 0x20, 0xff));
    const missing = join(directory, "missing.yaml");
    const good = await write("good.yaml", TEXT);
    const { documents, problems } = await readAll([
      missing,
      long,
      binary,
      new URL("https://example.test/p.yaml"),
      good,
    ]);
    expect(documents.map(({ origin }) => origin)).to.deep.equal([good]);
    const lines = problemLines(problems);
    expect(lines[0]).to.match(/missing\.yaml: cannot be read: ENOENT/);
    expect(lines.slice(1)).to.deep.equal([
      `${long}: longer than 1000000 bytes`,
      `${binary}: expected UTF-8 text`,
      "https://example.test/p.yaml: expected a file URL",
    ]);
  });

  it("tells text that was given for a path what to do", async () => {
    expect(problemLines((await readAll(TEXT)).problems)).to.deep.equal([
      "policies: expected a path, got text: give text as { yaml: text }",
    ]);
  });

  it("reports sources of the wrong type", async () => {
    const wrong = JSON.parse('[1, null, {"yaml": 2}]');
    expect(problemLines((await readAll(wrong)).problems)).to.deep.equal([
      "policy 1: expected a path, { yaml } or a policy",
      "policy 2: expected a path, { yaml } or a policy",
      "policy text 3: expected text in `yaml`",
    ]);
  });

  it("refuses aliases that expand without end, in bounded time", async () => {
    const uses = Array.from({ length: 900 }, () => "*a").join(", ");
    const items = Array.from({ length: 20_000 }, () => "1").join(", ");
    const { problems } = await readAll({ yaml: `a: &a [${items}]\nb: [${uses}]\n`, name: "bomb.yaml" });
    expect(problemLines(problems)).to.deep.equal([
      "bomb.yaml:1:59849: b[48][19947]: more values than a policy may have, counting each use of an alias",
    ]);
  });

  for (const [what, text] of [
    ["lists", "[".repeat(400_000)],
    ["mappings", "{a: ".repeat(200_000)],
    ["block lists", "- ".repeat(400_000)],
    ["keys", "? ".repeat(400_000)],
  ] as const) {
    it(`refuses ${what} nested without end, in bounded time`, async () => {
      const { problems } = await readAll({ yaml: text, name: "deep.yaml" });
      expect(problemLines(problems)).to.deep.equal(["deep.yaml: nested too deep to be a policy"]);
    });
  }
});
