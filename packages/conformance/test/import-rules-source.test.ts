import { expect } from "chai";
import { parseSource } from "../src/import-rules-source.ts";

const importsOf = (text: string) => parseSource("core/src/adapter/gate.ts", text).imports;
const codeOf = (text: string) => parseSource("core/src/adapter/gate.ts", text).code;

describe("parseSource", () => {
  const statements: readonly [text: string, kind: string, target: string, names: readonly string[]][] = [
    ['import { a, type B, c as d } from "x";', "static", "x", ["a", "c"]],
    ["import a, { b } from 'x';", "static", "x", ["a", "b"]],
    ['import * as a from "x";', "static", "x", ["*"]],
    ['import "./side.ts";', "static", "core/adapter/side.ts", []],
    ['import { type A } from "../flow.ts";', "static", "core/flow.ts", []],
    ['import type { A } from "../../../engine/src/engine.ts";', "type", "engine/engine.ts", ["A"]],
    ['import type A from "x";', "type", "x", ["A"]],
    ['import type * as a from "x";', "type", "x", ["*"]],
    ['import type from "x";', "static", "x", ["type"]],
    ['import type, { a } from "x";', "static", "x", ["type", "a"]],
    ['import {\n  a, // from "y"\n  /* from "z" */ b,\n} from "x";', "static", "x", ["a", "b"]],
    ['export { a as from } from "x";', "static", "x", ["a"]],
    ['export * from "x";', "static", "x", ["*"]],
    ['export * as a from "x";', "static", "x", ["*"]],
    ['export type { A } from "x";', "type", "x", ["A"]],
    ['const a = await import("x");', "dynamic", "x", []],
    ["const a = await import(/* later */ './x.ts', {});", "dynamic", "core/adapter/x.ts", []],
    ["const a = await import(`x`);", "dynamic", "something computed", []],
    ['declare module "x" { interface A {} }', "type", "x", []],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a source with a template in it
    ['const t = `${await import("x")}`;', "dynamic", "x", []],
    ['const t = /"/.test("a"); import("x");', "dynamic", "x", []],
    ['const t = a / b; import("x"); c / d;', "dynamic", "x", []],
  ];
  for (const [text, kind, target, names] of statements) {
    it(`reads ${text}`, () => {
      const [found, ...others] = importsOf(text);
      expect(others).to.deep.equal([]);
      expect(found).to.include({ kind, target, line: 1 }).and.deep.include({ names });
    });
  }

  const others = [
    '// import "x";',
    '/** import { a } from "x"; */',
    "const text = 'import \"x\";';",
    'const text = "\\" import(\'x\')";',
    "const text = `import { a } from 'x'`;",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a source with a template in it
    "const text = `${`import('x') ${{ a: {} }}`} import('x')`;",
    "const pattern = /import('x')[/]import('x')/;",
    "const here = import.meta.url;",
    'loader.import("x");',
    'export const from = "x";',
    'export type From = "x";',
    "class A { #import() {} }",
  ];
  for (const text of others) {
    it(`finds no import in ${text}`, () => expect(importsOf(text)).to.deep.equal([]));
  }

  it("counts lines as the file does, through comments and templates", () => {
    expect(importsOf('/*\n*/ const a = `\n\n`;\nimport "x";')).to.have.nested.property("[0].line", 5);
  });

  it("leaves code where it was and blanks out the rest", () => {
    expect(codeOf('const a = "b"; // c\nd(/e/g, f / 2);')).to.equal('const a = " ";     \nd(/ /g, f / 2);');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a source with a template in it
    expect(codeOf("`a${ { b } }c${d}` / e / f")).to.equal("` ${ { b } } ${d}` / e / f".replaceAll("${", " {"));
  });

  it("leaves strings in where only comments are to go", () => {
    expect(parseSource("core/src/a.ts", 'a("//b"); // c').uncommented).to.equal('a("//b");     ');
  });
});
