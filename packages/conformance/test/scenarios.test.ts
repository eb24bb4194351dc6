import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { parseScenarios, type Scenario } from "../src/scenario.ts";
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

      it(`${name}, asked with no other labels than are read`, async () => {
        expect(await runScenario(scenario, "labels that are read")).to.deep.equal([]);
      });
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

describe("a scenario that does not hold", () => {
  const run = (yaml: string) => runScenario(parseScenarios(yaml)[0] as Scenario);
  const policies = `
    policies:
      blueprint: concurrency-scheduling/base
      policy:
        policy_name: one
        concurrency_scheduler:
          max_concurrency: 1
          concurrency_limiter: { max_inflight_duration: 60s }
          selectors: [{ control_point: cp }]`;

  it("says where", async () => {
    const lines = await run(`scenarios:
  - name: wrong
    cases: []${policies}
    order: [second]
    steps:
      - { check: {}, as: first, expect: { accepted: false, decisions: [{ remaining: 2, workload: null }, {}] } }
      - { check: {}, expect: { accepted: true } }
      - { check: {}, times: 2, expect: { waiting: { from: 3, to: 4 } } }
      - { at: 1, end: first, settles_at: 2, expect: { returns: [{ returned: false }] } }`);
    expect(lines.map((line) => line.replace(/, got \[.*/, ", got …"))).to.deep.equal([
      "step 1 (first).accepted: expected false, got true",
      'step 1 (first).decisions: expected [{"remaining":2,"workload":null},{}], got …',
      "step 2: settles_at: expected 0, got 1",
      "step 3.waiting: expected 3 to 4, got 2",
      "step 4: settles_at: expected 2, got 1",
      "step 4.returns[0].returned: expected false, got true",
      'order[0]: expected "second", got "first"',
    ]);
  });

  it("says which policies were accepted or refused against its word", async () => {
    expect(await run(`{ scenarios: [{ name: a, cases: [], refused: [b] }] }`)).to.deep.equal([
      "refused: the policies were accepted",
    ]);
    expect(await run(`{ scenarios: [{ name: a, cases: [], policies: {} }] }`)).to.have.length(1);
  });

  it("is none where it has keys that nobody reads", () => {
    expect(() =>
      parseScenarios(`{ scenarios: [{ name: a, cases: [], steps: [{ check: {}, expects: {} }] }] }`),
    ).to.throw('scenario "a": unknown expects');
  });
});

interface CaseList {
  /** By letter. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  /** Why no scenario shows a case, and what does. */
  readonly elsewhere: Readonly<Record<string, string>>;
}
