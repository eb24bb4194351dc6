import { type Import, lineAt, type Source } from "./import-rules-source.ts";

/**
 * What sources may import from outside their own folder. Every row that covers a file applies to it, so a row may only
 * narrow what the rows of the folders around it allow.
 *
 * Names are paths as in {@link Source.path}, with `/` at the end for a folder and all below it, with `/*` for the files right
 * in it; or the exact specifier of a package.
 */
export interface ImportRow {
  /** A folder, the files right in it, or a single file. */
  readonly of: string;
  readonly imports: readonly string[];
  /** Allowed with `import type` only. */
  readonly types?: readonly string[];
  /** Allowed with `import()` only, so that whoever does not need it does not load it. */
  readonly lazily?: readonly string[];
  /** Of these packages, only these names at run time. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

/** Words that may be used in a few places only. */
export interface WordRow {
  readonly words: string;
  readonly pattern: RegExp;
  /** Whether literals are searched too; comments never are. */
  readonly literals: boolean;
  readonly onlyIn: readonly string[];
}

/** As much of a package.json as the rules look at. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  /** What the build makes a part of the package. */
  readonly inlinedDependencies?: Readonly<Record<string, string>>;
}

export function forbiddenImports(rows: readonly ImportRow[], sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const applying = rows.filter((row) => covers(row.of, source.path));
    return source.imports.flatMap((imported) => {
      const row = applying.find((candidate) => !allows(candidate, imported));
      return row === undefined ? [] : [breach(source, imported.line, `${row.of} may not import ${describe(imported)}`)];
    });
  });
}

function allows(row: ImportRow, { target, kind, names }: Import): boolean {
  if (covers(row.of, target)) return true;
  if (kind === "type" && row.types?.some((allowed) => covers(allowed, target))) return true;
  if (kind === "dynamic" && row.lazily?.some((allowed) => covers(allowed, target))) return true;
  const limit = kind === "type" ? undefined : row.names?.[target];
  if (limit !== undefined && (names.length === 0 || names.some((name) => !limit.includes(name)))) return false;
  return row.imports.some((allowed) => covers(allowed, target));
}

function describe({ target, kind, names }: Import): string {
  if (kind !== "static") return kind === "type" ? `types of ${target}` : `${target} dynamically`;
  return names.length === 0 ? target : `${names.join(", ")} of ${target}`;
}

/** Folders that hold sources and have no row of their own: nobody has said yet what they may import. */
export function foldersWithoutRow(rows: readonly ImportRow[], sources: readonly Source[]): string[] {
  const folders = new Set(sources.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1)));
  return [...folders].filter((folder) => !rows.some((row) => row.of === folder)).sort();
}

/** Rows that cover no file: a folder was renamed, or the row has a typing mistake and guards nothing. */
export function rowsWithoutFile(rows: readonly ImportRow[], sources: readonly Source[]): string[] {
  return rows.map((row) => row.of).filter((of) => !sources.some(({ path }) => covers(of, path)));
}

/** What is for tests stays out of what runs in production. */
export function importsOfTesting(sources: readonly Source[]): string[] {
  const isTesting = (name: string): boolean => /\/testing(\/|$)/.test(name);
  return sources
    .filter(({ path }) => !isTesting(path))
    .flatMap((source) =>
      source.imports
        .filter(({ target }) => isTesting(target))
        .map(({ target, line }) => breach(source, line, `${target} is for tests`)),
    );
}

/** Packages that a source needs at its user's and that the user does not get, because they are only installed here. */
export function undeclaredImports(manifests: ReadonlyMap<string, Manifest>, sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const manifest = manifests.get(source.path.slice(0, source.path.indexOf("/")));
    const { dependencies, peerDependencies, inlinedDependencies } = manifest ?? {};
    const declared = Object.keys({ ...dependencies, ...peerDependencies, ...inlinedDependencies });
    return source.imports
      .filter(({ specifier }) => specifier !== undefined && !/^(\.|node:)/.test(specifier))
      .filter(({ target }) => !declared.some((name) => target === name || target.startsWith(`${name}/`)))
      .map(({ target, line }) => breach(source, line, `${target} is neither a dependency nor a peer`));
  });
}

export function misplacedWords(rows: readonly WordRow[], sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    rows
      .filter(({ onlyIn }) => !onlyIn.some((place) => covers(place, source.path)))
      .flatMap(({ words, pattern, literals }) => {
        const text = literals ? source.uncommented : source.code;
        return [...text.matchAll(pattern)].map((match) =>
          breach(source, lineAt(text, match.index), `"${match[0]}" is ${words}`),
        );
      }),
  );
}

/** An `index.ts` is a table of contents: whoever looks for code does not look there. */
export function codeInIndexes(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => path.endsWith("/index.ts"))
    .flatMap((source) => {
      const rest = source.code.replace(/\bexport\b[\w$\s{},*]*\bfrom\s*(["']) *\1;?/g, (match) =>
        match.replace(/\S/g, " "),
      );
      const index = rest.search(/\S/);
      return index === -1 ? [] : [breach(source, lineAt(rest, index), "an index only re-exports")];
    });
}

/**
 * State that every user of a module shares, and that two copies of the module do not: a variable, or an empty collection
 * for somebody to fill, outside of any function or class.
 */
export function moduleState(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const topLevel = withoutNested(source.code);
    return [
      ...topLevel.matchAll(/\b(?:let|var)\s+[\w$]+|= *(?:new (?:Weak)?(?:Map|Set)\b[^()]*\( *\)|\[ *\]|\{ *\});/g),
    ].map((match) => breach(source, lineAt(topLevel, match.index), `"${match[0]}" is state of the module`));
  });
}

/** Whatever is inside brackets as dots. Brackets of types, `<` and `>`, may be operators and do not count. */
function withoutNested(code: string): string {
  let depth = 0;
  return code.replace(/\S/g, (character) => {
    if ("([{".includes(character)) return depth++ === 0 ? character : ".";
    if (")]}".includes(character)) return --depth === 0 ? character : ".";
    return depth === 0 ? character : ".";
  });
}

function breach(source: Source, line: number, what: string): string {
  return `${source.path}:${line} ${what}`;
}

/** Whether `place`, a folder, a file or a package, is or holds `name`. */
function covers(place: string, name: string): boolean {
  if (place.endsWith("/*")) return covers(place.slice(0, -1), name) && !name.includes("/", place.length - 1);
  return place.endsWith("/") ? name.startsWith(place) : name === place;
}
