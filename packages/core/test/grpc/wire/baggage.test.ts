import { expect } from "chai";
import fc from "fast-check";
import { baggageFromLabels, labelsFromBaggage } from "../../../src/grpc/wire/baggage.ts";

function read(header: string | undefined): Record<string, string> {
  return { ...labelsFromBaggage(header) };
}

describe("labels as baggage", () => {
  it("come back as they were", () => {
    const name = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
    const value = fc.string({ unit: "grapheme", maxLength: 40 });
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 20 }), (labels) => {
        const { header, left } = baggageFromLabels(labels);
        expect(left).to.deep.equal([]);
        expect(read(header)).to.deep.equal({ ...labels });
      }),
    );
  });

  it("are encoded twice, as an agent decodes them twice", () => {
    expect(baggageFromLabels({ plan: "a+b %" }).header).to.equal("plan=a%252Bb%2520%2525");
  });

  it("leave out names that are no tokens, and the largest of what does not fit", () => {
    const { header, left } = baggageFromLabels({
      "user name": "x",
      "a:b": "x",
      huge: "x".repeat(4097),
      large: "y".repeat(4000),
      larger: "z".repeat(4080),
      small: "s",
    });
    expect(left).to.deep.equal(["user name", "a:b", "huge"]);
    expect(read(header)).to.have.all.keys("small", "large", "larger");
    const most = baggageFromLabels(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`n${index}`, "v"])));
    expect(most.left).to.have.length(20);
    expect(Object.keys(read(most.header))).to.have.length(180);
  });

  it("are no header where there are none", () => expect(baggageFromLabels({}).header).to.equal(undefined));
});

describe("baggage as labels", () => {
  const cases: readonly (readonly [header: string | undefined, labels: Record<string, string>])[] = [
    [undefined, {}],
    ["", {}],
    ["a=1,b=2", { a: "1", b: "2" }],
    [" a = 1 , b=2;property=x;flag", { a: "1", b: "2" }],
    ["a=1,a=2", { a: "2" }],
    ["a=x=y", { a: "x=y" }],
    ["a=b+c", { a: "b c" }],
    ["a=%2541", { a: "A" }],
    ["__proto__=x", JSON.parse('{"__proto__":"x"}')],
    ["a=1,", {}],
    ["a=1,b", {}],
    ["a=1,=b", {}],
    ["a=1,b b=2", {}],
    ['a=1,b="2"', {}],
    ["a=1,b=%zz", {}],
    ["a=1,b=2;bad property", {}],
    ["a=1,b=%25zz", { a: "1" }],
    [`a=1,b=${"x".repeat(4097)}`, {}],
    [`a=1,b=${"x".repeat(4000)},c=${"x".repeat(4090)},d=${"x".repeat(200)}`, {}],
    [Array.from({ length: 181 }, (_, index) => `k${index}=v`).join(","), {}],
  ];
  for (const [header, labels] of cases) {
    it(`${header?.slice(0, 40)}`, () => expect(Object.entries(read(header))).to.deep.equal(Object.entries(labels)));
  }
});
