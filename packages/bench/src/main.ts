import { readFile, writeFile } from "node:fs/promises";
import { type Arguments, readArguments } from "./arguments.ts";
import type { Part } from "./part.ts";
import { PARTS } from "./parts.ts";
import { replaceMarked } from "./report/marked-text.ts";
import { partText } from "./report/part-text.ts";

const NAMES = PARTS.map(({ name }) => name);
const DOCS = new URL("../../../docs/", import.meta.url);

const USAGE = `Usage: pnpm bench [part ...] [--quick]

Measures all parts, or those that are named, and writes docs/benchmarks.md and docs/benchmarks.svg.
Parts: ${NAMES.join(", ")}

--quick   runs everything once, as little of it as possible, and writes nothing: does it all still work?`;

const given = argumentsOr((message) => {
  console.error(message);
  process.exit(2);
});
if (given.help) console.log(USAGE);
else for (const part of PARTS) if (given.parts.length === 0 || given.parts.includes(part.name)) await measure(part);

function argumentsOr(refuse: (message: string) => never): Arguments {
  try {
    return readArguments(process.argv.slice(2), NAMES);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

async function measure({ name, run, draw }: Part): Promise<void> {
  const comparisons = await run({ quick: given.quick });
  const text = partText(comparisons);
  if (given.quick) {
    console.log(`${name}: ${comparisons.length} comparisons ran; so short, their figures mean nothing`);
    return;
  }
  console.log(`\n## ${name}\n\n${text}\n`);
  await rewrite("benchmarks.md", name, text);
  if (draw !== undefined) await rewrite("benchmarks.svg", name, draw(comparisons));
}

async function rewrite(file: string, name: string, content: string): Promise<void> {
  const path = new URL(file, DOCS);
  await writeFile(path, replaceMarked(await readFile(path, "utf8"), name, content));
}
