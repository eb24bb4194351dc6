import { expect } from "chai";
import fc from "fast-check";
import {
  type HttpLabelParts,
  headerLabels,
  requestHttpLabels,
  targetPath,
  targetQuery,
} from "../../src/adapter/http-labels.ts";
import { messageOf } from "./sample-message.ts";

const PARTS: HttpLabelParts = { path: "/pay", scheme: "https", route: "/:do", clientAddress: "192.0.2.7" };

describe("requestHttpLabels", () => {
  it("has the agent's names, the route and the client's address", () => {
    expect(requestHttpLabels(messageOf({ host: "shop.example" }, { method: "POST" }), PARTS)).to.deep.equal({
      "http.method": "POST",
      "http.target": "/pay",
      "http.host": "shop.example",
      "http.scheme": "https",
      "http.flavor": "1.1",
      "http.request_content_length": "0",
      "http.route": "/:do",
      "client.address": "192.0.2.7",
    });
  });

  it("knows the host of an HTTP/2 request", () => {
    const message = messageOf({ ":authority": "shop.example" }, { httpVersion: "2.0" });
    expect(requestHttpLabels(message, PARTS)).to.include({ "http.host": "shop.example", "http.flavor": "2.0" });
  });

  it("has no host where there was none", () => {
    expect(requestHttpLabels(messageOf(), PARTS)["http.host"]).to.equal(undefined);
  });

  for (const [headers, length] of [
    [{}, "0"],
    [{ "content-length": "12" }, "12"],
    [{ "transfer-encoding": "chunked" }, "-1"],
  ] as const) {
    it(`calls the length of a body with ${JSON.stringify(headers)} ${length}`, () => {
      expect(requestHttpLabels(messageOf(headers), PARTS)["http.request_content_length"]).to.equal(length);
    });
  }
});

describe("headerLabels", () => {
  it("has the headers that were asked for and are there", () => {
    const message = messageOf({ "x-tenant": "acme", "x-other": "secret" });
    const wanted = [
      { header: "x-tenant", label: "http.request.header.x_tenant" },
      { header: "x-missing", label: "http.request.header.x_missing" },
    ];
    expect(headerLabels(message, wanted)).to.deep.equal({ "http.request.header.x_tenant": "acme" });
  });

  for (const header of ["constructor", "__proto__", "toString"]) {
    it(`takes what every object inherits for no header: ${header}`, () => {
      expect(headerLabels(messageOf(), [{ header, label: "label" }])).to.deep.equal({});
    });
  }

  it("joins a header that Node gives as a list", () => {
    const message = messageOf();
    message.headers["set-cookie"] = ["a=1", "b=2"];
    expect(headerLabels(message, [{ header: "set-cookie", label: "c" }])).to.deep.equal({ c: "a=1,b=2" });
  });
});

describe("targetPath", () => {
  const rows: readonly (readonly [target: string, path: string])[] = [
    ["/", "/"],
    ["/pay", "/pay"],
    ["/pay?card=1", "/pay"],
    ["/pay#top", "/pay"],
    ["/pay?next=http://evil.example/x", "/pay"],
    ["/a//b/../c", "/a//b/../c"],
    ["//evil.example/pay", "//evil.example/pay"],
    ["/%70ay", "/%70ay"],
    ["*", "*"],
    ["", "/"],
    ["?card=1", "/"],
    ["http://shop.example/pay?card=1", "/pay"],
    ["http://shop.example:8080/a/b", "/a/b"],
    ["HTTPS://shop.example/", "/"],
    ["http://shop.example", "/"],
    ["http://shop.example?card=1", "/"],
    ["http://user:pw@shop.example/pay", "/pay"],
    ["shop.example:443", "/"],
    ["nonsense", "/"],
  ];
  for (const [target, path] of rows) {
    it(`of "${target}" is "${path}"`, () => expect(targetPath(target)).to.equal(path));
  }

  it("is a path without query, whatever comes", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true, withFragments: true })), (target) => {
        expect(targetPath(target)).to.match(/^(\*|\/[^?#]*)$/);
      }),
    );
  });

  it("is the same for a path and for the whole URL of it", () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webAuthority(), fc.webQueryParameters(), (path, authority, query) => {
        const target = path === "" ? "/" : path;
        expect(targetPath(`http://${authority}${target}?${query}`)).to.equal(targetPath(`${target}?${query}`));
      }),
    );
  });
});

describe("targetQuery", () => {
  for (const [target, query] of [
    ["/pay?card=1", "?card=1"],
    ["/pay?card=1#top?x", "?card=1"],
    ["/pay?a=?b", "?a=?b"],
    ["http://shop.example/pay?card=1", "?card=1"],
    ["/pay?", "?"],
    ["/pay", ""],
    ["/pay#top?card=1", ""],
  ] as const) {
    it(`of "${target}" is "${query}"`, () => expect(targetQuery(target)).to.equal(query));
  }
});
