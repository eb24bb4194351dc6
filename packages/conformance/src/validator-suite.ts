import type { BuildApp } from "./adapter-suite/app-description.ts";
import { agentApps } from "./validator/agent-app.ts";
import { decisionCases } from "./validator/decision-cases.ts";
import { endingCases } from "./validator/ending-cases.ts";
import { outageCases } from "./validator/outage-cases.ts";
import { requestCases } from "./validator/request-cases.ts";
import { shutdownCases } from "./validator/shutdown-cases.ts";
import { telemetryCases } from "./validator/telemetry-cases.ts";
import { transportCases } from "./validator/transport-cases.ts";

/**
 * What an application under flow control by a remote agent must do: all that the reference's sdk-validator checks of an
 * SDK, and what it leaves unchecked. HTTP in front, gRPC behind, both over real sockets, whatever carries the calls.
 */
export function validatorSuite(name: string, build: BuildApp): void {
  for (const transport of ["grpc-js", "http2"] as const) {
    describe(`validator suite: ${name}, over ${transport}`, () => {
      const open = agentApps(build, { transport });

      describe("decisions", () => decisionCases(open));
      describe("deadlines and keys", () => transportCases(open));
      describe("checks", () => requestCases(open));
      describe("what was lent", () => endingCases(open));
      describe("telemetry", () => telemetryCases(open));
      describe("outages", () => outageCases(open));
      describe("the end of an application", () => shutdownCases(open));
    });
  }
}
