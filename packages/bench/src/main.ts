import { readFile, writeFile } from "node:fs/promises";
import { readArguments } from "./arguments.ts";
import type { Part } from "./part.ts";
import { PARTS } from "./parts.ts";
import { replaceMarked } from "./report/marked-text.ts";
import { partText } from "./report/part-text.ts";

const USAGE = `Usage: pnpm bench [part ...] [--quick]

Measures all parts, or those that are named, and writes docs/benchmarks.md and docs/benchmarks.svg.
Parts: ${PARTS.map(({ name }) => name).join(", ")}

--quick   runs everything once, as little as possible, and writes nothing: does it all still work?`;

const DOCS = new URL("../../../docs/", import.meta.url);

const { parts, quick, help } = readArguments(
  process.argv.slice(2),
  PARTS.map(({ name }) => name),
);
if (help) console.log(USAGE);
else for (const part of PARTS) if (parts.length === 0 || parts.includes(part.name)) await measure(part);

async function measure({ name, run, draw }: Part): Promise<void> {
  const comparisons = await run({ quick });
  const text = partText(comparisons);
  console.log(`\n## ${name}\n\n${text}\n`);
  if (quick) return;
  await rewrite("benchmarks.md", name, text);
  if (draw !== undefined) await rewrite("benchmarks.svg", name, draw(comparisons));
}

async function rewrite(file: string, name: string, content: string): Promise<void> {
  const path = new URL(file, DOCS);
  await writeFile(path, replaceMarked(await readFile(path, "utf8"), name, content));
}
