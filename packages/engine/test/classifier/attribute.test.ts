import { expect } from "chai";
import { addressAt, attributeAt } from "../../src/classifier/attribute.ts";
import { httpFlow } from "./http-flow.ts";

/** What the attribute reads, or what is wrong with its path. */
function read(path: string, flow = httpFlow(), reader = attributeAt): string | undefined {
  const complaints: string[] = [];
  const attribute = reader(path, (text) => complaints.push(text));
  expect(complaints).to.have.length(attribute === undefined ? 1 : 0);
  return attribute === undefined ? complaints[0] : attribute(flow);
}

describe("attributeAt", () => {
  const flow = httpFlow(
    { body: "hello", headers: { "user-agent": "curl", "X-Tier": "gold", authorization: "bearer  abc.def" } },
    { source: { address: "10.0.0.1", port: 4711 }, destination: { address: "::1", port: 443 } },
  );

  const values: readonly (readonly [string, string])[] = [
    ["request.http.method", "POST"],
    ["request.http.path", "/api/v1/users?a=1&a=2&b=%20"],
    ["request.http.host", "shop.example"],
    ["request.http.protocol", "HTTP/1.1"],
    ["request.http.body", "hello"],
    ["request.http.bearer", "abc.def"],
    ["request.http.headers.user-agent", "curl"],
    ["request.http.headers.User-Agent", "curl"],
    ["request.http.headers.x-tier", "gold"],
    ["source.address.socketAddress.address", "10.0.0.1"],
    ["source.address.socketAddress.portValue", "4711"],
    ["destination.address.socketAddress.address", "::1"],
    ["destination.address.socketAddress.portValue", "443"],
  ];
  for (const [path, value] of values) {
    it(`reads ${path}`, () => {
      expect(read(path, flow)).to.equal(value);
    });
  }

  it("reads nothing where the flow does not have it", () => {
    const absent = ["request.http.body", "request.http.headers.constructor", "request.http.headers.x.y"];
    const peers = ["source.address.socketAddress.portValue", "destination.address.socketAddress.address"];
    for (const path of [...absent, ...peers, "request.http.bearer"]) expect(read(path)).to.equal(undefined);
    const basic = httpFlow({ headers: { authorization: "Basic dXNlcg==" } });
    expect(read("request.http.bearer", basic)).to.equal(undefined);
  });

  it("names what is near, or inside", () => {
    expect(read("request.http.hots")).to.match(/did you mean `request.http.host`\?$/);
    expect(read("path")).to.match(/did you mean `request.http.path`\?$/);
    expect(read("request.http.headers")).to.match(/is not one value, but has `request.http.headers.<name>`$/);
    expect(read("constructor")).to.match(/^unknown attribute `constructor`; there are request.http.method, /);
  });
});

describe("addressAt", () => {
  it("joins address and port", () => {
    const flow = httpFlow(
      {},
      { source: { address: "10.0.0.1", port: 80 }, destination: { address: "::1", port: 443 } },
    );
    expect(read("source.address", flow, addressAt)).to.equal("10.0.0.1:80");
    expect(read("destination.address", flow, addressAt)).to.equal("[::1]:443");
  });

  it("reads nothing where the address is not known", () => {
    expect(read("source.address", httpFlow(), addressAt)).to.equal(undefined);
  });

  it("takes no other attribute", () => {
    const expected = 'expected `source.address` or `destination.address`, got "request.http.host"';
    expect(read("request.http.host", httpFlow(), addressAt)).to.equal(expected);
  });
});
