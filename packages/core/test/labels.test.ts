import { expect } from "chai";
import fc from "fast-check";
import { DEFAULT_LABEL_LIMITS, type LabelLimits, type LabelValues, mergeLabels } from "../src/labels.ts";

function merge(sources: readonly LabelValues[], limits: Partial<LabelLimits> = {}) {
  const complaints: string[] = [];
  const labels = mergeLabels(sources, {
    limits: { ...DEFAULT_LABEL_LIMITS, ...limits },
    complain: (problem, name) => complaints.push(`${name} ${problem}`),
  });
  return { labels, complaints, plain: { ...labels } };
}

/** JSON knows no special names: `__proto__` in it is a name like any other. */
function fromJson(text: string): LabelValues {
  return JSON.parse(text);
}

function numbered(count: number, prefix = "label"): LabelValues {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}-${index}`, "x"]));
}

describe("mergeLabels", () => {
  it("makes text of numbers and booleans, and leaves out null and undefined", () => {
    const { plain, complaints } = merge([{ a: "x", b: 1.5, c: false, d: 10n, e: null, f: undefined, g: "" }]);
    expect(plain).to.deep.equal({ a: "x", b: "1.5", c: "false", d: "10", g: "" });
    expect(complaints).to.deep.equal([]);
  });

  it("leaves out what is neither text, number nor boolean, and says so", () => {
    const values: Record<string, unknown> = { list: [1], object: {}, call: () => "x", symbol: Symbol("x"), ok: "yes" };
    const { plain, complaints } = merge([values as LabelValues]);
    expect(plain).to.deep.equal({ ok: "yes" });
    expect(complaints).to.have.length(4);
    expect(complaints[0]).to.equal("list is neither text, number nor boolean and was left out");
  });

  it("takes the value of the first source that has one", () => {
    const { plain } = merge([
      { a: "1", b: undefined },
      { a: "2", b: "2", c: null },
      { a: "3", b: "3", c: "3" },
    ]);
    expect(plain).to.deep.equal({ a: "1", b: "2", c: "3" });
  });

  it("has no label that nobody gave", () => {
    const { labels } = merge([{}]);
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", "prototype"]) {
      expect(labels[name], name).to.equal(undefined);
    }
  });

  it("takes the names of Object.prototype for ordinary names", () => {
    const { labels } = merge([
      fromJson('{"__proto__": "first", "constructor": "c"}'),
      fromJson('{"__proto__": "second", "toString": "t"}'),
    ]);
    expect(Object.entries(labels)).to.deep.equal([
      ["__proto__", "first"],
      ["constructor", "c"],
      ["toString", "t"],
    ]);
    expect(Object.keys({})).to.deep.equal([]);
  });

  it("takes no label from a prototype", () => {
    const { plain } = merge([Object.assign(Object.create({ inherited: "x" }), { own: "y" })]);
    expect(plain).to.deep.equal({ own: "y" });
  });
});

describe("mergeLabels, its limits", () => {
  it("leaves out a label with too long a name", () => {
    const { plain, complaints } = merge([{ abcd: "x", abc: "y" }], { nameLength: 3 });
    expect(plain).to.deep.equal({ abc: "y" });
    expect(complaints).to.deep.equal(["abcd has a name of more than 3 characters and was left out"]);
  });

  it("cuts a value that is too long", () => {
    const { plain, complaints } = merge([{ fits: "123", long: "1234", number: 12345 }], { valueLength: 3 });
    expect(plain).to.deep.equal({ fits: "123", long: "123", number: "123" });
    expect(complaints[0]).to.equal("long has a value of more than 3 characters and was cut");
  });

  it("cuts no surrogate pair in half", () => {
    const values = { before: "12😀", whole: "1😀2", after: "😀12" };
    expect(merge([values], { valueLength: 3 }).plain).to.deep.equal({ before: "12", whole: "1😀", after: "😀1" });
  });

  it("takes 10,000 labels of the application's own and 64 of others", () => {
    expect(Object.keys(merge([numbered(10_000)]).labels)).to.have.length(10_000);
    const { labels, complaints } = merge([{ user: "alice" }, numbered(10_000), { region: "eu" }]);
    expect(Object.keys(labels)).to.have.length(1 + 64 + 1);
    expect(complaints).to.deep.equal(["label-64 did not fit: the flow has too many or too long labels"]);
  });

  it("counts labels of all sources from outside together", () => {
    const { labels } = merge([{}, numbered(40, "a"), numbered(40, "b"), numbered(40, "c"), {}]);
    expect(Object.keys(labels)).to.have.length(64);
  });

  it("bounds the length of all labels from outside together", () => {
    const { plain } = merge([{ own: "x".repeat(100) }, { a: "1234", b: "1234" }, { c: "1234", d: "" }, {}], {
      totalLength: 10,
    });
    expect(Object.keys(plain)).to.deep.equal(["own", "a", "b"]);
  });

  it("has room for every label of a full count by default, however long the others are", () => {
    const { count, nameLength, valueLength } = DEFAULT_LABEL_LIMITS;
    const longest = Array.from({ length: count }, (_, at) => [`${at}`.padStart(nameLength), "x".repeat(valueLength)]);
    const { labels, complaints } = merge([{}, Object.fromEntries(longest), {}]);
    expect(Object.keys(labels)).to.have.length(count);
    expect(complaints).to.deep.equal([]);
  });
});

describe("mergeLabels, for any input", () => {
  const name = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "a", "b"));
  const source = fc.dictionary(name, fc.oneof(fc.string({ unit: "binary" }), fc.anything()), {
    noNullPrototype: false,
  });
  const sources = fc.array(source, { minLength: 1, maxLength: 5 });
  const limits = fc.record({
    count: fc.nat(4),
    nameLength: fc.nat(6),
    valueLength: fc.nat(6),
    totalLength: fc.nat(30),
  });

  it("keeps within the limits", () => {
    fc.assert(
      fc.property(sources, limits, (given, bounds) => {
        const { labels } = merge(given as LabelValues[], bounds);
        const own = new Set([...Object.keys(given[0] ?? {}), ...Object.keys(given.at(-1) ?? {})]);
        const others = Object.entries(labels).filter(([added]) => !own.has(added));
        expect(others.length).to.be.at.most(bounds.count);
        expect(others.reduce((sum, [added, text]) => sum + added.length + text.length, 0)).to.be.at.most(
          bounds.totalLength,
        );
        for (const [added, text] of Object.entries(labels)) {
          expect(added.length).to.be.at.most(bounds.nameLength);
          expect(text.length).to.be.at.most(bounds.valueLength);
        }
      }),
    );
  });

  it("gives each name the text of the first source that has a usable value for it", () => {
    fc.assert(
      fc.property(sources, (given) => {
        const { labels } = merge(given as LabelValues[]);
        for (const [added, text] of Object.entries(labels)) {
          const values = given.filter((each) => Object.hasOwn(each, added)).map((each) => each[added]);
          const usable = values.find((value) => ["string", "number", "boolean", "bigint"].includes(typeof value));
          expect(text).to.equal(String(usable));
        }
      }),
    );
  });

  it("leaves Object.prototype alone", () => {
    fc.assert(
      fc.property(sources, (given) => {
        const before = Reflect.ownKeys(Object.prototype).length;
        merge(given as LabelValues[]);
        expect(Reflect.ownKeys(Object.prototype).length).to.equal(before);
      }),
    );
  });
});
