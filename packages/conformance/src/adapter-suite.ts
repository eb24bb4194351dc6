import { abortCases } from "./adapter-suite/abort-cases.ts";
import type { BuildApp, FrameworkTraits } from "./adapter-suite/app-description.ts";
import { controlPointCases } from "./adapter-suite/control-point-cases.ts";
import { decisionCases } from "./adapter-suite/decision-cases.ts";
import { endingCases } from "./adapter-suite/ending-cases.ts";
import { headerCases } from "./adapter-suite/header-cases.ts";
import { hostileCases } from "./adapter-suite/hostile-cases.ts";
import { labelCases } from "./adapter-suite/label-cases.ts";
import { rejectionCases } from "./adapter-suite/rejection-cases.ts";
import { type OpenApp, runningApps } from "./adapter-suite/running-app.ts";
import { scopeCases } from "./adapter-suite/scope-cases.ts";
import { streamCases } from "./adapter-suite/stream-cases.ts";
import { tokenCases } from "./adapter-suite/token-cases.ts";
import { wholeRequestCases } from "./adapter-suite/whole-request-cases.ts";

/**
 * What every adapter must do, over real sockets: one mocha suite, to be called where `describe` may be. After each case
 * every flow must have ended exactly once and hold nothing.
 */
export function adapterSuite(name: string, build: BuildApp, traits: FrameworkTraits): void {
  describe(`adapter suite: ${name}`, () => {
    const run = runningApps();
    const open: OpenApp = (setup) => run(build, setup);

    describe("decisions", () => decisionCases(open));
    describe("scope", () => scopeCases(open));
    describe("control points", () => controlPointCases(open, traits));
    describe("labels", () => labelCases(open, traits));
    describe("whole requests", () => wholeRequestCases(open));
    describe("hostile requests", () => hostileCases(open));
    describe("a user who wants more tokens", () => tokenCases(open));
    describe("rejections", () => rejectionCases(open));
    describe("headers", () => headerCases(open));
    describe("ends", () => endingCases(open));
    describe("aborts", () => abortCases(open));
    describe("streams and connections", () => streamCases(open));
  });
}
