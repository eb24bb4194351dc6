import { expect } from "chai";
import { checkOptions } from "../../src/adapter/check-options.ts";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/scripted-control.ts";

const client = new ApertureClient({ control: new ScriptedControl() });

/** As a program without types might write them. */
const MISTAKES: readonly (readonly [given: object, message: RegExp])[] = [
  [{ client: undefined }, /client must be an ApertureClient/],
  [{ mode: "enforced" }, /mode must be one of \["enforce","shadow","off"\], got "enforced"/],
  [{ onUnreachable: "open" }, /onUnreachable must be one of/],
  [{ abortStatus: "OK" }, /abortStatus must be one of/],
  [{ rateLimitHeaders: "draft-8" }, /rateLimitHeaders must be one of/],
  [{ trustBaggage: "tenant_id" }, /trustBaggage must be true, false or a list/],
  [{ ignoredPaths: "/health" }, /ignoredPaths must be a list/],
  [{ ignoredMethods: "OPTIONS" }, /ignoredMethods must be a list/],
  [{ headerLabels: "x-user" }, /headerLabels must be a list/],
  [{ rpc: "checkHttp" }, /rpc must be one of \["check","http"\]/],
  [{ redactHeaders: "cookie" }, /redactHeaders must be a list/],
  [{ sendBody: true }, /sendBody.read must be a function/],
  [{ sendBody: { read: String, maxBytes: 0 } }, /sendBody.maxBytes must be a number from 1 up, got 0/],
  [{ sendBody: { read: String, types: "application/json" } }, /sendBody.types must be a list/],
  [{ ipv6PrefixLength: 16 }, /ipv6PrefixLength must be a whole number from 32 to 128/],
];

describe("checkOptions", () => {
  for (const [given, message] of MISTAKES) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      expect(() => checkOptions({ client, ...given }))
        .to.throw(message)
        .with.property("code", "APERTURE_OPTION_INVALID");
    });
  }

  it("takes every choice, and functions of them", () => {
    for (const mode of ["enforce", "shadow", "off", () => "off" as const] as const) checkOptions({ client, mode });
    for (const rateLimitHeaders of [true, false, "legacy"] as const) checkOptions({ client, rateLimitHeaders });
    checkOptions({ client, trustBaggage: ["tenant"], ignoredPaths: ["/health", /^\/static/], ipv6PrefixLength: 128 });
  });
});
