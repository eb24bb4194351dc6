import { expect } from "chai";
import { type HttpAttributes, httpFlavor, httpLabels } from "../../src/contract/http.ts";

describe("httpFlavor", () => {
  const rows: readonly (readonly [protocol: string, flavor: string])[] = [
    ["HTTP/1.0", "1.0"],
    ["HTTP/1.1", "1.1"],
    ["HTTP/2", "2.0"],
    ["HTTP/3", "3.0"],
    ["SPDY/3", "SPDY/3"],
    ["constructor", "constructor"],
    ["", ""],
  ];
  for (const [protocol, flavor] of rows) {
    it(`of "${protocol}" is "${flavor}"`, () => expect(httpFlavor(protocol)).to.equal(flavor));
  }
});

describe("httpLabels", () => {
  const http: HttpAttributes = {
    method: "POST",
    path: "/pay?card=1",
    host: "shop.example",
    scheme: "https",
    protocol: "HTTP/2",
    size: -1,
    headers: { "x-tenant-id": "acme", "X-Other": "x", ":path": "/pay" },
  };

  it("has the agent's names", () => {
    expect({ ...httpLabels(http) }).to.deep.equal({
      "http.method": "POST",
      "http.target": "/pay?card=1",
      "http.host": "shop.example",
      "http.scheme": "https",
      "http.request_content_length": "-1",
      "http.flavor": "2.0",
      "http.request.header.x_tenant_id": "acme",
      "http.request.header.x_other": "x",
    });
  });

  it("has no label that every object inherits", () => {
    expect(httpLabels(http)["constructor"]).to.equal(undefined);
  });
});
