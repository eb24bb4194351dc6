/**
 * Blanks out what is not code, so that plain patterns can search a source without being fooled by comments and strings.
 *
 * TypeScript 7 has no parser to call. One pass over the marks that open something (comment, quote, template, brace, slash)
 * is enough, because a source that compiles closes what it opens. The one thing a pass cannot know for certain is whether
 * a slash divides or opens a regular expression; the token before it tells, as in every highlighter.
 */
export interface BlankedText {
  /** Comments and the insides of strings, templates and regular expressions are spaces; offsets and lines stay. */
  readonly code: string;
  /** Only comments are spaces. */
  readonly uncommented: string;
}

interface Span {
  readonly kind: "comment" | "literal";
  readonly start: number;
  readonly end: number;
}

const MARKS = [
  /\/\/[^\n]*/,
  /\/\*[\s\S]*?\*\//,
  /"(?:[^"\\\n]|\\[\s\S])*"/,
  /'(?:[^'\\\n]|\\[\s\S])*'/,
  /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//,
  /[`{}]/,
];
const MARK = MARKS.map((mark) => mark.source).join("|");

/** The text of a template up to its end or its next `${`. */
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;

/** What a value ends with; a slash behind it divides. A closing brace ends a block far more often than a value. */
const ENDS_A_VALUE = /[\w$)\]"'`]$/;
const ENDS_WITH_A_KEYWORD =
  /(?<![\w$.])(?:await|case|delete|do|else|in|instanceof|new|of|return|throw|typeof|void|yield)$/;

export function blankText(text: string): BlankedText {
  const spans = findSpans(text);
  return {
    code: blank(text, spans),
    uncommented: blank(
      text,
      spans.filter(({ kind }) => kind === "comment"),
    ),
  };
}

function findSpans(text: string): Span[] {
  const spans: Span[] = [];
  const openBraces: number[] = [];
  const mark = new RegExp(MARK, "g");
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const start = match.index;
    const kind = /^\/[/*]/.test(match[0]) ? "comment" : "literal";
    const end = endOfMark(text, match, openBraces);
    const divides = kind === "literal" && text[start] === "/" && !opensRegExp(blank(text.slice(0, start), spans));
    if (end !== undefined && !divides) spans.push({ kind, start, end });
    mark.lastIndex = end === undefined || divides ? start + 1 : end;
  }
  return spans;
}

/** Undefined for a brace that is just a brace. Templates nest: each entry of `openBraces` is for one `${ }` we are in. */
function endOfMark(text: string, match: RegExpExecArray, openBraces: number[]): number | undefined {
  const mark = match[0];
  const depth = openBraces.at(-1);
  if (mark === "{" || (mark === "}" && depth !== 0)) {
    if (depth !== undefined) openBraces[openBraces.length - 1] = depth + (mark === "{" ? 1 : -1);
    return undefined;
  }
  if (mark !== "`" && mark !== "}") return match.index + mark.length;
  if (mark === "}") openBraces.pop();
  TEMPLATE_TEXT.lastIndex = match.index + 1;
  const end = match.index + 1 + (TEMPLATE_TEXT.exec(text)?.[0].length ?? text.length);
  if (text[end - 1] === "{") openBraces.push(0);
  return end;
}

function opensRegExp(codeBefore: string): boolean {
  const before = codeBefore.trimEnd();
  return !ENDS_A_VALUE.test(before) || ENDS_WITH_A_KEYWORD.test(before);
}

/** Delimiters stay, so that a reader of the result still sees where a string was. */
function blank(text: string, spans: readonly Span[]): string {
  let blanked = "";
  let at = 0;
  for (const { kind, start, end } of spans) {
    const keep = kind === "comment" ? 0 : 1;
    blanked += text.slice(at, start + keep) + text.slice(start + keep, end - keep).replace(/[^\n]/g, " ");
    at = end - keep;
  }
  return blanked + text.slice(at);
}
