import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { compilePolicies } from "../../src/policy/compile.ts";
import { loadPolicies } from "../../src/policy/load.ts";
import { buildContext, failure, fixture, limiterPolicy } from "./policies.ts";

const BAD = readdirSync(fixture("bad"));

describe("loadPolicies", () => {
  it("loads all good fixtures as one set, by file and by order in a file", async () => {
    const policies = await loadPolicies(fixture("good"));
    expect(policies.map(({ name }) => name)).to.deep.equal([
      "bare",
      "export-per-tenant",
      "export",
      "prompts-by-plan",
      "prompts",
      "geocoder-with-workloads",
      "geocoder",
      "search-per-tenant",
      "sign-in",
      "as-json",
      "resource",
      "first-of-several",
      "second-of-several",
    ]);
  });

  it("keeps the order of the sources", async () => {
    const sources = [
      limiterPolicy("z", [{ control_point: "a" }]),
      fixture("good/bare.yaml"),
      limiterPolicy("a", [{ control_point: "a" }]),
    ];
    expect((await loadPolicies(sources)).map(({ name }) => name)).to.deep.equal(["z", "bare", "a"]);
  });

  it("reports the mistakes of all sources at once", async () => {
    const message = await failure(
      loadPolicies([
        { yaml: "circuit: { component: [] }", name: "one.yaml" },
        fixture("good/bare.yaml"),
        { yaml: "a: [", name: "two.yaml" },
        { circuit: { components: [{}] } },
        limiterPolicy("bare", [{ control_point: "a" }]),
      ]),
    );
    expect(message.split("\n")).to.deep.equal([
      "two.yaml:1:5: Flow sequence in block collection must be sufficiently indented and end with a ]",
      "one.yaml:1:12: circuit.component: unknown key; did you mean `components`?",
      "policy object 4: circuit.components[0]: needs exactly one component, has none",
      "policy object 5: spec: there is another policy called `bare`",
    ]);
  });

  it("ends a list of mistakes that would fill a log", async () => {
    const components = Array.from({ length: 150 }, () => ({}));
    const lines = (await failure(loadPolicies({ circuit: { components } }))).split("\n");
    expect(lines).to.have.length(101);
    expect(lines[100]).to.equal("… and 50 more");
  });

  it("asks a policy without a name for one", async () => {
    expect(await failure(loadPolicies({ circuit: { components: [] } }))).to.equal(
      "policy object: a policy without `metadata` is called after its file, and this one has none: use `kind: Policy` with `metadata.name`",
    );
  });
});

describe("a policy with mistakes", () => {
  /** The comment that a fixture starts with. */
  function expectedMessage(name: string): string {
    const lines = readFileSync(fixture(`bad/${name}`), "utf8").split("\n");
    const end = lines.findIndex((line) => !line.startsWith(`# ${name}:`));
    const message = lines.slice(0, end).map((line) => line.slice("# ".length));
    return message.join("\n");
  }

  for (const name of BAD) {
    it(`is refused: ${name}`, async () => {
      const folder = fileURLToPath(fixture("bad/"));
      const message = await failure(compilePolicies(fixture(`bad/${name}`), buildContext()));
      expect(message.replaceAll(folder, "")).to.equal(expectedMessage(name));
    });
  }

  it("has at least sixty kinds", () => {
    expect(BAD).to.have.length.above(60);
  });
});
