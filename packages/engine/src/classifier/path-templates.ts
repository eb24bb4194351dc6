/** What a path is called; undefined where no template fits. */
export type PathNames = (path: string) => string | undefined;

interface Template {
  readonly text: string;
  /** What is called so. */
  readonly name: string;
  readonly prefix: readonly string[];
  readonly parameters: number;
  /** Whether anything may follow. */
  readonly isOpen: boolean;
}

const PARAMETER = /^\{[^{}]*\}$/;

/**
 * Names for paths: `/users/{id}` fits any one segment after `users`, `/static/*` whatever follows. A template is a literal
 * prefix, then parameters, then perhaps `*`. Of several that fit, the one with the longest prefix wins, then the one with
 * more parameters, then the one without `*`. Slashes at both ends, and the query, do not count.
 */
export function pathNames(
  names: Readonly<Record<string, string>>,
  complain: (template: string, text: string) => void,
): PathNames {
  const templates = Object.entries(names)
    .flatMap(([text, name]) => templateOf(text, name, complain) ?? [])
    .sort(bySpecificity);
  return (path) => {
    const segments = segmentsOf(path.split("?", 1)[0] ?? "");
    return templates.find((template) => fits(template, segments))?.name;
  };
}

type Complain = (template: string, text: string) => void;

function templateOf(text: string, name: string, complain: Complain): Template | undefined {
  const segments = segmentsOf(text);
  const isOpen = segments.at(-1) === "*";
  const closed = isOpen ? segments.slice(0, -1) : segments;
  const first = closed.findIndex((segment) => /[{}]/.test(segment));
  const prefix = first === -1 ? closed : closed.slice(0, first);
  const rest = first === -1 ? [] : closed.slice(first);
  const fault = faultIn(closed, rest);
  if (fault !== undefined) complain(text, fault);
  return fault === undefined ? { text, name, prefix, parameters: rest.length, isOpen } : undefined;
}

function faultIn(closed: readonly string[], rest: readonly string[]): string | undefined {
  if (closed.includes("*")) return "`*` can only be the last segment";
  const odd = rest.find((segment) => !PARAMETER.test(segment));
  if (odd === undefined) return undefined;
  if (/[{}]/.test(odd)) return `a parameter is a segment of its own, as in \`/users/{id}\`, not \`${odd}\``;
  return `\`${odd}\` comes after a parameter; all parameters have to come after it`;
}

function segmentsOf(path: string): readonly string[] {
  const segments = path.split("/");
  const first = segments.findIndex((segment) => segment !== "");
  return first === -1 ? [] : segments.slice(first, segments.findLastIndex((segment) => segment !== "") + 1);
}

function fits({ prefix, parameters, isOpen }: Template, segments: readonly string[]): boolean {
  const least = prefix.length + parameters;
  if (isOpen ? segments.length < least : segments.length !== least) return false;
  return prefix.every((segment, index) => segment === segments[index]);
}

function bySpecificity(a: Template, b: Template): number {
  const specificity = b.prefix.length - a.prefix.length || b.parameters - a.parameters;
  return specificity || Number(a.isOpen) - Number(b.isOpen) || (a.text < b.text ? -1 : 1);
}
