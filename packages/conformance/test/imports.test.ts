import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  codeInIndexes,
  foldersWithoutRow,
  forbiddenImports,
  importsOfTesting,
  type Manifest,
  misplacedWords,
  moduleState,
  rowsWithoutFile,
  undeclaredImports,
} from "../src/import-rules.ts";
import { packageCycles, sourceCycles } from "../src/import-rules-cycles.ts";
import { parseSource, type Source } from "../src/import-rules-source.ts";
import { MAY_IMPORT, WORDS } from "./imports-table.ts";

const PACKAGES = join(import.meta.dirname, "../..");

function readManifests(): Map<string, Manifest> {
  const folders = readdirSync(PACKAGES).filter((folder) => existsSync(join(PACKAGES, folder, "package.json")));
  return new Map(
    folders.map((folder) => [folder, JSON.parse(readFileSync(join(PACKAGES, folder, "package.json"), "utf8"))]),
  );
}

function readSources(manifests: ReadonlyMap<string, Manifest>): Source[] {
  const published = [...manifests].filter(([, manifest]) => manifest.private !== true).map(([folder]) => folder);
  return published.flatMap((folder) =>
    readdirSync(join(PACKAGES, folder, "src"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/src/${file.replaceAll("\\", "/")}`)
      .map((file) => parseSource(file, readFileSync(join(PACKAGES, file), "utf8"))),
  );
}

describe("imports", () => {
  const manifests = readManifests();
  const sources = readSources(manifests);

  it("go only where the table allows", () => expect(forbiddenImports(MAY_IMPORT, sources)).to.deep.equal([]));
  it("have a row for every folder", () => expect(foldersWithoutRow(MAY_IMPORT, sources)).to.deep.equal([]));
  it("have a file for every row", () => expect(rowsWithoutFile(MAY_IMPORT, sources)).to.deep.equal([]));
  it("leave out what is for tests", () => expect(importsOfTesting(sources)).to.deep.equal([]));
  it("are declared by the package", () => expect(undeclaredImports(manifests, sources)).to.deep.equal([]));
  it("form no cycle", () => expect(sourceCycles(sources)).to.deep.equal([]));
  it("form no cycle of packages", () => expect(packageCycles(manifests.values())).to.deep.equal([]));
});

describe("sources", () => {
  const sources = readSources(readManifests());

  it("use each word where it belongs", () => expect(misplacedWords(WORDS, sources)).to.deep.equal([]));
  it("only re-export from an index", () => expect(codeInIndexes(sources)).to.deep.equal([]));
  it("keep no state in a module", () => expect(moduleState(sources)).to.deep.equal([]));
});
