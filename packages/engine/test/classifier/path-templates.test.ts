import { expect } from "chai";
import { pathNames } from "../../src/classifier/path-templates.ts";

function names(templates: Record<string, string>) {
  return pathNames(templates, (template, text) => {
    throw new Error(`${template}: ${text}`);
  });
}

describe("pathNames", () => {
  const nameOf = names({
    "/": "home",
    "/register": "register",
    "/users/{userId}": "user",
    "/users/me": "me",
    "/users/{userId}/{part}": "part of user",
    "/static/*": "file",
    "/static/img/*": "image",
  });

  const paths: readonly (readonly [string, string | undefined])[] = [
    ["/", "home"],
    ["", "home"],
    ["/?next=/register", "home"],
    ["/register", "register"],
    ["register/", "register"],
    ["/register?x=1", "register"],
    ["/Register", undefined],
    ["/users/7", "user"],
    ["/users/me", "me"],
    ["/users/me/", "me"],
    ["/users", undefined],
    ["/users/7/orders", "part of user"],
    ["/users/7/orders/1", undefined],
    ["/static", "file"],
    ["/static/a/b/c", "file"],
    ["/static/img/a.png", "image"],
    ["/elsewhere", undefined],
  ];
  for (const [path, name] of paths) {
    it(`calls ${JSON.stringify(path)} ${name ?? "nothing"}`, () => {
      expect(nameOf(path)).to.equal(name);
    });
  }

  it("prefers a longer prefix, then more parameters, then the template without *", () => {
    expect(names({ "/*": "any", "/{a}/*": "open", "/{a}": "one" })("/x")).to.equal("one");
    expect(names({ "/*": "any", "/{a}/*": "open" })("/x")).to.equal("open");
    expect(names({ "/a/*": "prefix", "/{a}/{b}": "parameters" })("/a/b")).to.equal("prefix");
    expect(names({ "/*": "any" })("/")).to.equal("any");
  });

  it("does not depend on the order in which templates are given", () => {
    const given = { "/{b}": "second", "/{a}": "first" };
    const reversed = Object.fromEntries(Object.entries(given).reverse());
    expect(names(given)("/x")).to.equal("first");
    expect(names(reversed)("/x")).to.equal("first");
  });

  it("reads a path of nothing but slashes in linear time", () => {
    expect(nameOf(`${"/".repeat(200_000)}x${"/".repeat(200_000)}x`)).to.equal(undefined);
  });
});
