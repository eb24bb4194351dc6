import { accepted, rejected } from "@aperture-flow/core/testing";
import { expect } from "chai";
import { OK } from "../adapter-suite/routes.ts";
import type { OpenAgentApp } from "./agent-app.ts";

/** Rejects and Retry-After. */
export function decisionCases(open: OpenAgentApp): void {
  for (const [reason, status] of [
    ["rate-limited", 429],
    ["no-tokens", 503],
    ["not-sampled", 403],
    ["no-matching-ramp", 403],
  ] as const) {
    it(`turns away the first five of ten that are ${reason}, with ${status}`, async () => {
      const answers = [...Array.from({ length: 5 }, () => rejected({ reason, status })), accepted()];
      const app = await open({ routes: [OK], agent: { answers } });
      const expected = [...Array(5).fill(status), ...Array(5).fill(200)];
      expect(await app.statuses(10, { path: "/ok" })).to.deep.equal(expected);
    });
  }

  it("answers with the status that the policy asks for", async () => {
    const app = await open({ routes: [OK], agent: { answers: [rejected({ status: 402 })] } });
    expect(await app.statuses(1, { path: "/ok" })).to.deep.equal([402]);
  });

  for (const rpc of ["check", "http"] as const) {
    for (const [waitMs, seconds] of [
      [1, "1"],
      [999, "1"],
      [1000, "1"],
      [1001, "2"],
      [59_500, "60"],
      [0, undefined],
    ] as const) {
      it(`says "Retry-After: ${seconds}" after ${waitMs} ms, asked by ${rpc}`, async () => {
        const app = await open({ routes: [OK], options: { rpc }, agent: { answers: [rejected({ waitMs })] } });
        const { status, headers } = await app.request({ path: "/ok" });
        expect([status, headers["retry-after"]]).to.deep.equal([429, seconds]);
      });
    }
  }
}
