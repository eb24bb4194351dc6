import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { parseScenarios } from "../src/scenario.ts";
import { runScenario } from "../src/scenario-run.ts";

const FOLDER = join(import.meta.dirname, "../scenarios");
const LIST = "cases.yaml";

const files = new Map(
  readdirSync(FOLDER)
    .filter((file) => file !== LIST)
    .map((file) => [file, parseScenarios(readFileSync(join(FOLDER, file), "utf8"))]),
);

for (const [file, scenarios] of files) {
  describe(`scenarios/${file}`, () => {
    for (const scenario of scenarios) {
      const { name, cases } = scenario;
      it(`${name} (${cases.join(", ")})`, async () => expect(await runScenario(scenario)).to.deep.equal([]));
    }
  });
}

describe("the scenarios", () => {
  const scenarios = [...files.values()].flat();
  const casesOf = (some: typeof scenarios) => new Set(some.flatMap(({ cases }) => cases));

  it("show every numbered case, or say where else it is shown", () => {
    const list: CaseList = parse(readFileSync(join(FOLDER, LIST), "utf8"));
    const numbered = Object.entries(list.numbers).flatMap(([letter, numbers]) =>
      numbers.map((number) => `${letter}${number}`),
    );
    const shown = [...casesOf(scenarios), ...Object.keys(list.elsewhere)];
    expect(shown.sort()).to.deep.equal(numbered.sort());
  });

  it("differ from Aperture where docs/differences.md names them, and nowhere else", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/differences.md"), "utf8");
    const named = new Set([...page.matchAll(/`([TBVRK]\d+)`/g)].map(([, number]) => number as string));
    const differing = scenarios.filter(({ differs }) => differs !== undefined);
    const unnamed = differing.filter(({ cases }) => !cases.some((number) => named.has(number)));
    expect(unnamed.map(({ name }) => name)).to.deep.equal([]);
    expect([...named].filter((number) => !casesOf(differing).has(number))).to.deep.equal([]);
  });
});

interface CaseList {
  /** By letter. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  /** Why no scenario shows a case, and what does. */
  readonly elsewhere: Readonly<Record<string, string>>;
}
