import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, visit } from "yaml";
import { plainData } from "./plain-data.ts";
import type { Path, PolicyDocument, Position } from "./policy-document.ts";
import { type PolicyProblem, problemAt } from "./policy-problem.ts";

/** What was read, and what could not be. */
export interface Reading {
  readonly documents: readonly PolicyDocument[];
  readonly problems: readonly PolicyProblem[];
}

/** What a text is called in messages, and what the policies in it are called that do not name themselves. */
export interface TextName {
  readonly origin: string;
  readonly defaultName: string | undefined;
}

/** Levels of the parser's own, which has one for the document and sometimes two for a mapping. */
const DEEPEST_STACK = 130;
/** How often an alias may be used, times how often the aliases behind its anchor are. */
const MOST_ALIASES = 1000;

/** The documents of a YAML text; JSON is YAML. Duplicate keys, unknown tags and all else that YAML warns of is refused. */
export function readYaml(text: string, name: TextName): Reading {
  const lines = new LineCounter();
  const tokens = parse(text, lines);
  if (tokens === undefined) return nothing(name, "nested too deep to be a policy");
  const composed = [...new Composer({ lineCounter: lines, merge: true }).compose(tokens)];
  const written = composed.filter(({ contents, errors }) => errors.length > 0 || !isBlank(contents));
  if (written.length === 0) return nothing(name, "empty: no policy in it");
  const readings = written.map((yaml) => readOne(yaml, lines, name));
  return {
    documents: readings.flatMap(({ documents }) => documents),
    problems: readings.flatMap(({ problems }) => problems),
  };
}

function nothing(name: TextName, text: string): Reading {
  return {
    documents: [],
    problems: [problemAt({ ...name, content: undefined, positionOf: () => undefined }, [], text)],
  };
}

/** Stops at a depth that would overflow the stack of the composer, which is recursive; the parser is not. */
function parse(text: string, lines: LineCounter) {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > DEEPEST_STACK) return undefined;
  }
  tokens.push(...parser.end());
  return tokens;
}

function isBlank(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function readOne(yaml: Document.Parsed, lines: LineCounter, name: TextName): Reading {
  const blank: PolicyDocument = { ...name, content: undefined, positionOf: (path) => positionIn(yaml, lines, path) };
  const faults = [...yaml.errors, ...yaml.warnings, ...unknownAliases(yaml)].map(({ pos, message }) =>
    problemAt({ ...blank, positionOf: () => positionAt(lines, pos[0]) }, [], message),
  );
  if (faults.length > 0) return { documents: [], problems: faults };
  const problems: PolicyProblem[] = [];
  const complain = (path: Path, text: string) => problems.push(problemAt(blank, path, text));
  try {
    const content = plainData(yaml.toJS({ maxAliasCount: MOST_ALIASES }), complain);
    return problems.length > 0 ? { documents: [], problems } : { documents: [{ ...blank, content }], problems };
  } catch (error) {
    return { documents: [], problems: [problemAt(blank, [], error instanceof Error ? error.message : String(error))] };
  }
}

/** They would be found when the document is turned into data, but without their position. */
function unknownAliases(yaml: Document.Parsed) {
  const anchors = new Set<string>();
  const faults: { readonly pos: readonly [number, number]; readonly message: string }[] = [];
  visit(yaml, (_key, node) => {
    if (isAlias(node) && !anchors.has(node.source)) {
      const message = `unknown alias \`*${node.source}\`; a text that starts with \`*\` needs quotes`;
      faults.push({ pos: [node.range?.[0] ?? 0, node.range?.[1] ?? 0], message });
    } else if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) anchors.add(node.anchor);
  });
  return faults;
}

/** Of the key, in a mapping; of the item, in a list; of the nearest thing around it, where the path leads nowhere. */
function positionIn(yaml: Document.Parsed, lines: LineCounter, path: Path): Position {
  let node: unknown = yaml.contents;
  let offset = yaml.contents?.range[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(yaml);
    const found = isMap(node) ? pairIn(node.items, step) : isSeq(node) ? itemIn(node.items, step) : undefined;
    if (found === undefined) break;
    node = found.value;
    offset = found.offset ?? offset;
  }
  return positionAt(lines, offset);
}

interface Found {
  readonly value: unknown;
  readonly offset: number | undefined;
}

function pairIn(
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
  step: string | number,
): Found | undefined {
  const pair = pairs.find(({ key }) => isScalar(key) && String(key.value) === step);
  return pair && { value: pair.value, offset: isScalar(pair.key) ? pair.key.range?.[0] : undefined };
}

function itemIn(items: readonly unknown[], step: string | number): Found | undefined {
  const value = typeof step === "number" ? items[step] : undefined;
  return value === undefined ? undefined : { value, offset: offsetOf(value) };
}

function offsetOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
