import type { Labels } from "@aperture-flow/core";
import { expect } from "chai";
import { type Classifier, classified } from "../../src/classifier/classifier.ts";
import { httpFlow } from "./http-flow.ts";

const always = (values: Readonly<Record<string, unknown>>): Classifier => ({
  applies: undefined,
  extractors: [() => values],
});

describe("classified", () => {
  it("adds labels, which win over those that were there", () => {
    const labels = classified([always({ user: "b", tier: "gold" })], httpFlow(), { user: "a", "http.method": "GET" });
    expect({ ...labels }).to.deep.equal({ user: "b", tier: "gold", "http.method": "GET" });
  });

  it("makes texts of values, and no label of none", () => {
    const values = { number: 7, small: 1e-7, yes: true, no: false, list: [1, "a"], mapping: { a: 1 }, empty: "" };
    const labels = classified([always({ ...values, nothing: undefined, nil: null })], httpFlow(), {});
    expect({ ...labels }).to.deep.equal({
      number: "7",
      small: "1e-7",
      yes: "true",
      no: "false",
      list: "[1--a-]",
      mapping: "{-a-:1}",
      empty: "",
    });
  });

  it("replaces what would have to be escaped on the way to another service", () => {
    const labels = classified([always({ a: "a b/c", b: '\t\n\f\r \\/;",' })], httpFlow(), { c: "a b/c" });
    expect({ ...labels }).to.deep.equal({ a: "a-b-c", b: "----------", c: "a b/c" });
  });

  it("lets the later of two win, and shows both the labels as they were", () => {
    const seen: Labels[] = [];
    const applies = (labels: Labels) => seen.push(labels) > 0;
    const labels = { user: "a" };
    const first = { ...always({ user: "b", only: "first" }), applies };
    const second = { ...always({ user: "c" }), applies };
    expect({ ...classified([first, second], httpFlow(), labels) }).to.deep.equal({ user: "c", only: "first" });
    expect(seen).to.deep.equal([labels, labels]);
  });

  it("leaves out those that do not apply", () => {
    const applies = (_labels: Labels, services: readonly string[]) => services.includes("shop");
    const classifiers = [{ ...always({ user: "a" }), applies }];
    expect({ ...classified(classifiers, httpFlow(), {}) }).to.deep.equal({});
    expect({ ...classified(classifiers, { ...httpFlow(), services: ["shop"] }, {}) }).to.deep.equal({ user: "a" });
  });
});
