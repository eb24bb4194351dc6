import { expect } from "chai";
import { installedPackages } from "../../src/startup/installed-packages.ts";

function names(packages: ReadonlySet<string>): string[] {
  return [...packages].map((id) => id.slice(0, id.lastIndexOf("@"))).sort();
}

describe("installed packages", () => {
  it("are the package, its dependencies and theirs", () => {
    const found = names(installedPackages(["@aperture-flow/engine"], ["@aperture-flow/core"]));
    expect(found).to.deep.equal(["@aperture-flow/engine", "re2js", "yaml"]);
  });

  it("include peers, but not those that are optional", () => {
    const found = names(installedPackages(["@aperture-flow/core"], []));
    expect(found).to.include.members(["@grpc/grpc-js", "@opentelemetry/api"]);
    expect(found).to.not.include("@opentelemetry/sdk-trace-base");
  });

  it("fail for what is not installed", () =>
    expect(() => installedPackages(["@aperture-flow/none"], [])).to.throw(/@aperture-flow\/none is not installed/));
});
