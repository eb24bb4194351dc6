import { expect } from "chai";
import { type RegoInput, regoExtractor, regoInput } from "../../src/classifier/rego.ts";
import { httpFlow } from "./http-flow.ts";

describe("regoInput", () => {
  it("is the document that modules are written for", () => {
    const headers = { "content-type": "application/json; charset=utf-8", "content-length": "7" };
    const flow = httpFlow({ headers, body: '{"a":1}' }, { source: { address: "10.0.0.1", port: 80 } });
    expect(JSON.parse(JSON.stringify(regoInput(flow)))).to.deep.equal({
      attributes: {
        request: { http: flow.http },
        source: { socketAddress: { address: "10.0.0.1", port: 80 } },
        destination: {},
      },
      parsed_path: ["api", "v1", "users"],
      parsed_query: { a: ["1", "2"], b: [" "] },
      parsed_body: { a: 1 },
      truncated_body: false,
    });
  });

  const bodies: readonly (readonly [string, string, string | undefined, unknown])[] = [
    ["JSON that does not parse", "application/json", "{", undefined],
    ["no JSON", "application/json", "", null],
    ["a form", "application/x-www-form-urlencoded", "a=1&b=x+y&a=2", { a: ["1", "2"], b: ["x y"] }],
    ["an empty form", "application/x-www-form-urlencoded", undefined, null],
    ["a multipart form", "multipart/form-data; boundary=x", "--x--", undefined],
    ["another type", "text/plain", "hello", {}],
  ];
  for (const [what, type, body, parsed] of bodies) {
    it(`knows ${what}`, () => {
      const input = regoInput(httpFlow({ headers: { "Content-Type": type }, body }));
      expect("parsed_body" in input).to.equal(parsed !== undefined);
      expect(input.parsed_body === undefined ? undefined : { ...input }.parsed_body).to.deep.equal(parsed);
    });
  }

  it("says that the body is not all there", () => {
    const headers = { "content-type": "application/json", "content-length": "8" };
    expect(regoInput(httpFlow({ headers, body: '"üü"' }))).to.deep.include({ parsed_body: null, truncated_body: true });
    const whole = { ...headers, "content-length": "6" };
    expect(regoInput(httpFlow({ headers: whole, body: '"üü"' }))).to.deep.include({ truncated_body: false });
  });

  it("keeps a query with question marks whole", () => {
    const input = regoInput(httpFlow({ path: "/?a=1?b" }));
    expect(input.parsed_path).to.deep.equal([""]);
    expect({ ...input.parsed_query }).to.deep.equal({ a: ["1?b"] });
  });
});

describe("regoExtractor", () => {
  it("takes the declared labels of a module", () => {
    const module = ({ attributes }: RegoInput) => ({ method: attributes.request.http.method, other: 1 });
    const extract = regoExtractor(module, ["method", "missing"], () => undefined);
    expect(extract(httpFlow())).to.deep.equal({ method: "POST", missing: undefined });
  });

  it("goes on without labels when the module fails, and tells", () => {
    const errors: unknown[] = [];
    const failing = () => {
      throw new Error("eval_conflict_error");
    };
    expect(regoExtractor(failing, ["a"], (error) => errors.push(error))(httpFlow())).to.deep.equal({});
    expect(errors.map(String)).to.deep.equal(["Error: eval_conflict_error"]);
  });
});
