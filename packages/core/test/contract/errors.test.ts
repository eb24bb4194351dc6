import { expect } from "chai";
import { ApertureError, errorFrom, failOpenReasonOf } from "../../src/contract/errors.ts";

describe("ApertureError", () => {
  it("carries code, reason and cause", () => {
    const cause = new Error("socket closed");
    const error = new ApertureError("APERTURE_TRANSPORT", "no answer", { cause, reason: "unavailable" });
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({
      name: "ApertureError",
      code: "APERTURE_TRANSPORT",
      message: "no answer",
      reason: "unavailable",
      cause,
    });
  });

  it("has no cause where none was given", () => {
    const error = new ApertureError("APERTURE_CLOSED", "closed");
    expect(Object.hasOwn(error, "cause")).to.equal(false);
    expect(error.reason).to.equal(undefined);
  });
});

describe("failOpenReasonOf", () => {
  const rows: readonly (readonly [reason: unknown, known: string])[] = [
    ["timeout", "timeout"],
    ["agent-error", "agent-error"],
    ["certificate has expired", "internal"],
    ["constructor", "internal"],
    [undefined, "internal"],
    [{}, "internal"],
  ];
  for (const [reason, known] of rows) {
    it(`takes ${JSON.stringify(reason)} for ${known}`, () => {
      expect(failOpenReasonOf(Object.assign(new Error("x"), { reason }))).to.equal(known);
    });
  }
});

describe("errorFrom", () => {
  it("keeps an error", () => {
    const error = new TypeError("x");
    expect(errorFrom(error)).to.equal(error);
  });

  const bare: unknown = Object.create(null);
  const rows: readonly (readonly [thrown: unknown, message: string])[] = [
    ["a text", "a text"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("s"), "Symbol(s)"],
    [bare, "something without a text was thrown"],
  ];
  for (const [thrown, message] of rows) {
    it(`makes an error of ${message}`, () => {
      const error = errorFrom(thrown);
      expect([error.message, error.cause]).to.deep.equal([message, thrown]);
    });
  }
});
