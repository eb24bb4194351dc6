import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

describe("regression: options that nobody reads were taken in silence", () => {
  for (const name of ["agentAPIKey", "tryConnect", "cacheKey"]) {
    it(`says that ${name} is none`, () => {
      const logger = new CollectedWarnings();
      new ApertureClient({ control: new ScriptedControl(), logger, ...{ [name]: "x" } });
      expect(logger.messages.join()).to.include(`unknown option "${name}"`);
    });
  }
});
