import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parseScenarios } from "../src/scenario.ts";
import { runScenario } from "../src/scenario-run.ts";

const FOLDER = join(import.meta.dirname, "../scenarios");
const FILES = readdirSync(FOLDER).filter((file) => file !== "cases.yaml");

for (const file of FILES) {
  describe(`scenarios/${file}`, () => {
    for (const scenario of parseScenarios(readFileSync(join(FOLDER, file), "utf8"))) {
      const { name, cases } = scenario;
      it(`${name} (${cases.join(", ")})`, async () => expect(await runScenario(scenario)).to.deep.equal([]));
    }
  });
}
