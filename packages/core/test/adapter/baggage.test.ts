import { expect } from "chai";
import fc from "fast-check";
import { trustedBaggage } from "../../src/adapter/baggage.ts";

describe("trustedBaggage", () => {
  const rows: readonly (readonly [
    header: string | undefined,
    trusted: true | string[],
    labels: Record<string, string>,
  ])[] = [
    [undefined, true, {}],
    ["", true, {}],
    ["tier=gold,user=alice", true, { tier: "gold", user: "alice" }],
    ["tier=gold,user=alice", ["user"], { user: "alice" }],
    ["tier=gold", [], {}],
    [" tier = gold ; ttl=5 ; private , user=alice", true, { tier: "gold", user: "alice" }],
    ["name=Z%C3%BCrich%20West", true, { name: "Zürich West" }],
    ["sum=a=b+c", true, { sum: "a=b+c" }],
    ["empty=", true, { empty: "" }],
    ["tier=gold,tier=lead", true, { tier: "lead" }],
    ["bad=%C3%28,half=%E0%A4,percent=%,good=1", true, { good: "1" }],
    ["=x,novalue,,sp ace=1,sl/ash=1,ctrl\u0001=1,good=1", true, { good: "1" }],
    ["user=alice,USER=bob", ["user"], { user: "alice" }],
  ];
  for (const [header, trusted, labels] of rows) {
    it(`${JSON.stringify(header)}, trusting ${JSON.stringify(trusted)}`, () => {
      expect(trustedBaggage(header, trusted)).to.deep.equal(labels);
    });
  }

  it("takes the names of Object.prototype for ordinary names", () => {
    const labels = trustedBaggage("__proto__=a,constructor=b", true);
    expect(Object.entries(labels)).to.deep.equal([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
    expect(Object.getPrototypeOf(labels)).to.equal(Object.prototype);
  });

  it("reads 64 members at most, and nothing of more than 8192 characters", () => {
    const members = (count: number) => Array.from({ length: count }, (_, index) => `m${index}=x`).join(",");
    expect(Object.keys(trustedBaggage(members(65), true))).to.have.length(64);
    expect(trustedBaggage(`a=${"x".repeat(8190)}`, true)).to.have.property("a");
    expect(trustedBaggage(`a=${"x".repeat(8191)}`, true)).to.deep.equal({});
  });
});

describe("trustedBaggage, for any header", () => {
  const member = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.tuple(fc.string(), fc.string()).map(([name, value]) => `${name}=${value}`),
    fc.tuple(fc.constantFrom("user", "__proto__", "tier"), fc.string()).map(([name, value]) => `${name}=${value};p=1`),
  );
  const header = fc.array(member, { maxLength: 100 }).map((members) => members.join(","));

  it("gives names and texts, and touches no prototype", () => {
    fc.assert(
      fc.property(header, (text) => {
        const before = Reflect.ownKeys(Object.prototype).length;
        for (const [name, value] of Object.entries(trustedBaggage(text, true))) {
          expect(name).to.match(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/);
          expect(value).to.be.a("string");
        }
        expect(Reflect.ownKeys(Object.prototype).length).to.equal(before);
      }),
    );
  });

  it("gives no name that is not trusted", () => {
    fc.assert(
      fc.property(header, (text) => {
        expect(Object.keys(trustedBaggage(text, ["user"])).filter((name) => name !== "user")).to.deep.equal([]);
      }),
    );
  });

  it("reads back what was encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 100 }), (value) => {
        const text = `other=1,user=${encodeURIComponent(value)};ttl=5`;
        expect(trustedBaggage(text, ["user"])).to.deep.equal({ user: value });
      }),
    );
  });
});
