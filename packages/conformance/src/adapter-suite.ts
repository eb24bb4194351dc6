import type { BuildApp } from "./adapter-suite/app-description.ts";
import { decisionCases } from "./adapter-suite/decision-cases.ts";
import { endingCases } from "./adapter-suite/ending-cases.ts";
import { rejectionCases } from "./adapter-suite/rejection-cases.ts";
import { type OpenApp, RunningApp } from "./adapter-suite/running-app.ts";

/**
 * What every adapter must do, over real sockets: one mocha suite, to be called where `describe` may be. After each case
 * every flow must have ended exactly once and hold nothing.
 */
export function adapterSuite(name: string, build: BuildApp): void {
  describe(`adapter suite: ${name}`, () => {
    const running: RunningApp[] = [];
    const open: OpenApp = async (setup) => {
      const app = await RunningApp.open(build, setup);
      running.push(app);
      return app;
    };
    afterEach(() => Promise.all(running.splice(0).map((app) => app.close())));

    describe("decisions", () => decisionCases(open));
    describe("rejections", () => rejectionCases(open));
    describe("ends of flows", () => endingCases(open));
  });
}
