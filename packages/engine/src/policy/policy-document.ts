/** The way to a value inside a document: keys of mappings, indexes of lists. */
export type Path = readonly (string | number)[];

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One document as somebody wrote it, and where its parts stand. */
export interface PolicyDocument {
  /** Path of the file, or what the caller calls the text. For messages. */
  readonly origin: string;
  /** The name of a policy that does not name itself. */
  readonly defaultName: string | undefined;
  /** Plain data without absent values, see `plainData`. */
  readonly content: unknown;
  /** Of the value, or of the nearest thing around it that was written; `undefined` for what was never text. */
  readonly positionOf: (path: Path) => Position | undefined;
}

/** What stands at the end of a path; `undefined` where the path leads nowhere. */
export function valueAt(content: unknown, path: Path): unknown {
  let value = content;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

const PLAIN_KEY = /^[\w-]+$/;

/** `circuit.components[2].flow_control`, and `match_labels["http.method"]` where a key would not read as one. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!PLAIN_KEY.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}
