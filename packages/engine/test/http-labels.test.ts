import { expect } from "chai";
import { withHttpLabels } from "../src/http-labels.ts";

const HTTP = {
  method: "POST",
  path: "/pay?x=1",
  host: "shop",
  scheme: "http",
  protocol: "HTTP/2",
  size: 12,
  headers: { "X-Request-Id": "7", ":path": "/pay", "user-agent": "test" },
};

describe("withHttpLabels", () => {
  it("names the parts of a request as Aperture's agent does", () => {
    expect({ ...withHttpLabels(HTTP, { user: "alice" }) }).to.deep.equal({
      "http.method": "POST",
      "http.target": "/pay?x=1",
      "http.host": "shop",
      "http.scheme": "http",
      "http.request_content_length": "12",
      "http.flavor": "2.0",
      "http.request.header.x_request_id": "7",
      "http.request.header.user_agent": "test",
      user: "alice",
    });
  });

  it("keeps a protocol it does not know", () => {
    for (const protocol of ["HTTP/2.0", "constructor", ""]) {
      expect(withHttpLabels({ ...HTTP, protocol }, {})["http.flavor"]).to.equal(protocol);
    }
  });

  it("makes labels of any name, and nothing but labels", () => {
    const explicit = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>;
    const labels = withHttpLabels(HTTP, explicit);
    expect(Object.hasOwn(labels, "__proto__")).to.equal(true);
    expect(labels["constructor"]).to.equal("y");
    expect(({} as Record<string, unknown>)["x"]).to.equal(undefined);
  });
});
