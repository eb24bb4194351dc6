import { expect } from "chai";
import { type ApertureClientOptions, clientSettings } from "../src/client-options.ts";
import { ApertureError } from "../src/contract/errors.ts";
import { DEFAULT_LABEL_LIMITS } from "../src/labels.ts";
import { ScriptedControl } from "../src/testing/index.ts";
import { CollectedWarnings } from "./collected-warnings.ts";

const control = new ScriptedControl();

function settings(options: object) {
  return clientSettings(options as ApertureClientOptions);
}

describe("clientSettings", () => {
  it("fills in what was left out", () => {
    const { complaints: _, ...given } = settings({ control });
    expect(given).to.deep.equal({
      decider: { control },
      timeoutMs: Number.POSITIVE_INFINITY,
      endTimeoutMs: 2000,
      labels: {},
      labelLimits: DEFAULT_LABEL_LIMITS,
      onUnreachable: "run",
      observer: undefined,
    });
  });

  it("keeps its own copy of labels and limits", () => {
    const options = { control, labels: { region: "eu" }, labelLimits: { count: 3 } };
    const { labels, labelLimits } = settings(options);
    options.labels.region = "us";
    options.labelLimits.count = 100;
    expect(labels).to.deep.equal({ region: "eu" });
    expect(labelLimits).to.deep.equal({ ...DEFAULT_LABEL_LIMITS, count: 3 });
  });

  it("takes an undefined limit for one that was left out", () => {
    expect(settings({ control, labelLimits: { valueLength: undefined } }).labelLimits).to.deep.equal(
      DEFAULT_LABEL_LIMITS,
    );
  });

  const nothing: unknown = undefined;
  const mistakes: readonly (readonly [options: unknown, message: RegExp])[] = [
    [nothing, /needs options/],
    [null, /needs options/],
    ["agent:8089", /needs options/],
    [{}, /needs the address of an agent.*or a control/],
    [{ control: {} }, /needs the address of an agent.*or a control/],
    [{ control: null }, /needs the address of an agent.*or a control/],
    [{ control, address: "agent:8089" }, /not both/],
    [{ control, timeoutMs: Number.NaN }, /timeoutMs must be milliseconds.*NaN/],
    [{ control, timeoutMs: -1 }, /timeoutMs must be milliseconds.*-1/],
    [{ control, timeoutMs: "5" }, /timeoutMs must be milliseconds/],
    [{ control, endTimeoutMs: Number.NEGATIVE_INFINITY }, /endTimeoutMs must be milliseconds/],
    [{ control, onUnreachable: "open" }, /onUnreachable must be "run" or "reject", got "open"/],
    [{ control, labelLimits: { count: -1 } }, /labelLimits\.count must be a number/],
    [{ control, labelLimits: { valueLength: Number.NaN } }, /labelLimits\.valueLength must be a number/],
    [{ control, labelLimits: { totalLength: "much" } }, /labelLimits\.totalLength must be a number.*"much"/],
  ];
  for (const [index, [options, message]] of mistakes.entries()) {
    it(`refuses mistake ${index}: ${message.source}`, () => {
      expect(() => settings(options as object))
        .to.throw(ApertureError, message)
        .with.property("code", "APERTURE_OPTION_INVALID");
    });
  }

  for (const [given, passed] of [
    [0, Number.POSITIVE_INFINITY],
    [0.2, 1],
    [2 ** 40, 3_600_000],
  ] as const) {
    it(`takes timeoutMs ${given} for ${passed}`, () => {
      expect(settings({ control, timeoutMs: given, endTimeoutMs: given })).to.include({
        timeoutMs: passed,
        endTimeoutMs: passed,
      });
    });
  }

  it("says what an unknown option was probably meant to be", () => {
    const logger = new CollectedWarnings();
    settings({ control, logger, timeoutMS: 5, onUnrechable: "reject", colour: "red" });
    expect(logger.messages).to.deep.equal([
      'ApertureClient: unknown option "timeoutMS"; did you mean "timeoutMs"?',
      'ApertureClient: unknown option "onUnrechable"; did you mean "onUnreachable"?',
      'ApertureClient: unknown option "colour"',
    ]);
  });

  it("survives a logger that throws", () => {
    const logger = {
      warn: () => {
        throw new Error("disk full");
      },
    };
    expect(settings({ control, logger, colour: "red" }).decider.control).to.equal(control);
  });
});
