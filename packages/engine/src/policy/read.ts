import type { Stats } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { plainData } from "./plain-data.ts";
import type { Path, PolicyDocument } from "./policy-document.ts";
import { type PolicyProblem, problemAt } from "./policy-problem.ts";
import type { Reading, TextName } from "./yaml-text.ts";

/**
 * Where policies come from: the path or file URL of a file or of a directory, YAML or JSON text, or a policy as an object
 * (a `kind: Policy` resource or a blueprint's values); or several of these.
 *
 * Of a directory, all files `*.yaml`, `*.yml` and `*.json` directly in it, sorted by name; not those that start with a
 * dot. One without any holds no policies, which is no mistake. A text may hold several documents.
 */
export type PolicySource = OnePolicySource | readonly OnePolicySource[];

export type OnePolicySource =
  | string
  | URL
  | {
      readonly yaml: string;
      /** What messages call the text; without extension, the name of a policy that does not name itself. */
      readonly name?: string | undefined;
    }
  | object;

const LONGEST_TEXT = 1_000_000;
const EXTENSIONS: readonly string[] = [".yaml", ".yml", ".json"];

/** Reads all sources to the end, whatever is wrong with some of them. */
export async function readDocuments(source: PolicySource): Promise<Reading> {
  const several = Array.isArray(source);
  const sources: readonly OnePolicySource[] = several ? source : [source];
  const documents: PolicyDocument[] = [];
  const problems: PolicyProblem[] = [];
  for (const [index, one] of sources.entries()) {
    const reading = await readOne(one, several ? ` ${index + 1}` : "");
    documents.push(...reading.documents);
    problems.push(...reading.problems);
  }
  return { documents, problems };
}

async function readOne(source: OnePolicySource, ordinal: string): Promise<Reading> {
  if (typeof source === "string") return readPath(source);
  if (source instanceof URL)
    return source.protocol === "file:" ? readPath(fileURLToPath(source)) : refused(source.href, "expected a file URL");
  if (typeof source !== "object" || source === null)
    return refused(`policy${ordinal}`, "expected a path, { yaml } or a policy");
  if (!Object.hasOwn(source, "yaml") || !("yaml" in source)) return readObject(source, `policy object${ordinal}`);
  const { yaml, name } = source as { readonly yaml: unknown; readonly name?: unknown };
  const origin = typeof name === "string" ? name : `policy text${ordinal}`;
  if (typeof yaml !== "string") return refused(origin, "expected text in `yaml`");
  return readText(yaml, { origin, defaultName: typeof name === "string" ? withoutExtension(name) : undefined });
}

/** A path that was given is read whatever it is called; in a directory, the extension decides. */
async function readPath(path: string): Promise<Reading> {
  try {
    const entry = await stat(path);
    return entry.isDirectory() ? await readDirectory(path) : await readPolicyFile(path, entry);
  } catch (error) {
    return refused(path.includes("\n") ? "policies" : path, unreadable(path, error));
  }
}

async function readDirectory(directory: string): Promise<Reading> {
  const names = (await readdir(directory)).filter(
    (name) => EXTENSIONS.includes(extname(name)) && !name.startsWith("."),
  );
  const readings: Reading[] = [];
  for (const name of names.sort()) {
    const path = join(directory, name);
    const entry = await stat(path);
    if (!entry.isDirectory()) readings.push(await readPolicyFile(path, entry));
  }
  return {
    documents: readings.flatMap(({ documents }) => documents),
    problems: readings.flatMap(({ problems }) => problems),
  };
}

async function readPolicyFile(path: string, entry: Stats): Promise<Reading> {
  if (!entry.isFile()) return refused(path, "expected a file or a directory");
  if (entry.size > LONGEST_TEXT) return refused(path, `longer than ${LONGEST_TEXT} bytes`);
  const text = decoded(await readFile(path));
  if (text === undefined) return refused(path, "expected UTF-8 text");
  return readText(text, { origin: path, defaultName: withoutExtension(path) });
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function readText(text: string, name: TextName): Promise<Reading> {
  if (Buffer.byteLength(text) > LONGEST_TEXT) return refused(name.origin, `longer than ${LONGEST_TEXT} bytes`);
  // Loaded here: policies that are objects do not need it, and it is a good part of the time to start.
  const { readYaml } = await import("./yaml-text.ts");
  return readYaml(text, name);
}

function readObject(object: object, origin: string): Reading {
  const document: PolicyDocument = { origin, defaultName: undefined, content: undefined, positionOf: () => undefined };
  const problems: PolicyProblem[] = [];
  const content = plainData(object, (path: Path, text) => problems.push(problemAt(document, path, text)));
  return problems.length > 0 ? { documents: [], problems } : { documents: [{ ...document, content }], problems };
}

function refused(origin: string, text: string): Reading {
  return { documents: [], problems: [{ origin, position: undefined, path: "", text }] };
}

function unreadable(path: string, error: unknown): string {
  if (path.includes("\n")) return "expected a path, got text: give text as { yaml: text }";
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

function withoutExtension(path: string): string {
  return basename(path, extname(path));
}
