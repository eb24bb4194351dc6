import { expect } from "chai";
import { readAgentEnvironment } from "../../src/environment.ts";

describe("regression: any value of APERTURE_AGENT_INSECURE, even false, turned encryption off", () => {
  const rows: readonly (readonly [value: string | undefined, insecure: boolean])[] = [
    [undefined, false],
    ["", false],
    ["false", false],
    ["0", false],
    ["no", false],
    ["off", false],
    ["truely", false],
    ["1", true],
    ["true", true],
    ["TRUE", true],
    ["yes", true],
    ["on", true],
  ];
  for (const [value, insecure] of rows) {
    it(`${JSON.stringify(value)} -> ${insecure}`, () => {
      expect(readAgentEnvironment({ APERTURE_AGENT_INSECURE: value }).insecure).to.equal(insecure);
    });
  }
});
