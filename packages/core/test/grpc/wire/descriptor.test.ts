import { readFileSync } from "node:fs";
import { expect } from "chai";
import { DESCRIPTOR_FILE, descriptorModule } from "../../../scripts/generate-descriptor.ts";
import { DESCRIPTOR } from "../../../src/grpc/wire/descriptor.ts";
import { knownStatus } from "../../../src/grpc/wire/status-code.ts";

describe("the descriptor module", () => {
  it("is what scripts/generate-descriptor.ts makes of proto/", () => {
    expect(readFileSync(DESCRIPTOR_FILE, "utf8")).to.equal(descriptorModule());
  }).timeout(30_000);

  it("names no status that could not be answered with, but for Continue", () => {
    const [values] = JSON.stringify(DESCRIPTOR).match(/\{"Empty":0,[^}]*\}/) ?? ["{}"];
    const codes = Object.values(JSON.parse(values) as Record<string, number>);
    expect(codes).to.have.length.above(50);
    expect(codes.filter((code) => knownStatus(code) === undefined)).to.deep.equal([0, 100]);
  });
});
