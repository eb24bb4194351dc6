import { posix } from "node:path";
import { blankText } from "./import-rules-text.ts";

/** One source of a published package, as far as the rules look at it. */
export interface Source {
  /** Below `packages`, without the `src` in it: `core/contract/check.ts`. */
  readonly path: string;
  /** The text with comments and the insides of literals as spaces. */
  readonly code: string;
  /** The text with comments as spaces. */
  readonly uncommented: string;
  readonly imports: readonly Import[];
}

/** An `import`, an `export … from`, an `import()` or a `declare module`. */
export interface Import {
  /** As written; undefined for an `import()` of something that is not a plain string. */
  readonly specifier: string | undefined;
  /** What it names: a path like {@link Source.path} for a relative specifier, else the specifier. */
  readonly target: string;
  readonly kind: ImportKind;
  /** What is bound at run time, by the name it was exported under; a default import by its local name; `*` for all. */
  readonly names: readonly string[];
  readonly line: number;
}

/**
 * `type` is gone at run time. `import { type A } from "x"` is not: under `verbatimModuleSyntax` it leaves `import {} from
 * "x"`, so it is `static` with no names.
 */
export type ImportKind = "type" | "static" | "dynamic";

const LITERAL = String.raw`(?<open>["'])(?<inside> *)\k<open>`;
const ALONE = String.raw`(?<![\w$.#])`;
const TYPE_ONLY = String.raw`(?<type>\s+type\b(?=\s*[{*]|\s+(?!from\b)[\w$]))`;
const BINDINGS = String.raw`(?<bindings>[\w$\s{},*]*?)\bfrom`;
const STATIC = new RegExp(String.raw`${ALONE}(?:import|export)\b${TYPE_ONLY}?(?:${BINDINGS})?\s*${LITERAL}`, "dg");
const DYNAMIC = new RegExp(String.raw`${ALONE}import\s*\((?:\s*${LITERAL}\s*[),])?`, "dg");
const AUGMENTED = new RegExp(String.raw`${ALONE}declare\s+module\s*${LITERAL}`, "dg");

/** Reads a file, given by its path below `packages`: `core/src/contract/check.ts`. */
export function parseSource(file: string, text: string): Source {
  const { code, uncommented } = blankText(text);
  const found = (pattern: RegExp, kindOf: (match: RegExpExecArray) => ImportKind): Import[] =>
    [...code.matchAll(pattern)].map((match) => {
      const inside = match.indices?.groups?.["inside"];
      const specifier = inside && text.slice(...inside);
      return {
        specifier,
        target: targetOf(file, specifier),
        kind: kindOf(match),
        names: boundNames(match.groups?.["bindings"] ?? ""),
        line: lineAt(text, match.index),
      };
    });
  return {
    path: withoutSrc(file),
    code,
    uncommented,
    imports: [
      ...found(STATIC, (match) => (match.groups?.["type"] === undefined ? "static" : "type")),
      ...found(DYNAMIC, () => "dynamic"),
      ...found(AUGMENTED, () => "type"),
    ],
  };
}

/** 1 for the first line. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function targetOf(file: string, specifier: string | undefined): string {
  if (specifier === undefined) return "something computed";
  return specifier.startsWith(".") ? withoutSrc(posix.join(posix.dirname(file), specifier)) : specifier;
}

function withoutSrc(file: string): string {
  return file.replace(/^([^/]+)\/src\//, "$1/");
}

function boundNames(bindings: string): string[] {
  return bindings
    .split(/[{},]/)
    .map((binding) => binding.trim())
    .filter((binding) => binding !== "" && !/^type\s/.test(binding))
    .map((binding) => binding.split(/\s+as\s+/)[0] ?? binding);
}
