import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES, type FailOpenReason } from "@aperture-flow/core";
import { expect } from "chai";

/** A list that does not compile unless it is complete. */
const REASONS: Readonly<Record<FailOpenReason, true>> = {
  timeout: true,
  unavailable: true,
  unauthenticated: true,
  "invalid-argument": true,
  cancelled: true,
  closed: true,
  saturated: true,
  internal: true,
  "agent-error": true,
};

describe("docs/errors.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/errors.md"), "utf8");
  const sections = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")), section.slice(section.indexOf("\n")).trim()]),
  );
  const codes = Object.entries(ERROR_CODES);

  it("has a heading for each code, in their order, and none for a code that does not exist", () => {
    const headings = [...sections.keys()].filter((heading) => heading.startsWith("APERTURE_"));
    expect(headings).to.deep.equal(codes.map(([code]) => code));
  });

  for (const [code, sentence] of codes) {
    it(`says of ${code} what it means, what to do, and shows it`, () => {
      const section = sections.get(code) ?? "";
      expect(section.split("\n\n")[0]).to.equal(sentence);
      expect(section)
        .to.include("\n\n**What to do:** ")
        .and.to.match(/\n```ts\n[^`]+\n```$/);
    });
  }

  it("lists the reasons to fail open, and no others", () => {
    const rows = (sections.get("When nobody could decide") ?? "").matchAll(/^\| `([^`]+)` \|/gm);
    expect([...rows].map(([, reason]) => reason)).to.deep.equal(Object.keys(REASONS));
  });
});
