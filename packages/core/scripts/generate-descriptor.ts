import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

const PROTO = join(import.meta.dirname, "../proto");
const FILES = [
  "aperture/flowcontrol/check/v1/check.proto",
  "aperture/flowcontrol/checkhttp/v1/checkhttp.proto",
  "opentelemetry/proto/collector/trace/v1/trace_service.proto",
];

export const DESCRIPTOR_FILE = join(import.meta.dirname, "../src/grpc/wire/descriptor.ts");

const HEADER = `// biome-ignore-all lint/style/noExcessiveLinesPerFile: made from proto/ by scripts/generate-descriptor.ts

/** The definitions of \`proto/\`, so that no file is read at run time. */
export const DESCRIPTOR: object = `;

/** The text of the descriptor module, formatted as everything else is. */
export function descriptorModule(): string {
  const root = new protobuf.Root();
  // Imports are paths below proto/; Google's common types come with protobufjs.
  root.resolvePath = (_origin, target) => (protobuf.common.get(target) === null ? join(PROTO, target) : target);
  const descriptor = root.loadSync([...FILES], { keepCase: true }).toJSON();
  const text = `${HEADER}${JSON.stringify(descriptor)};\n`;
  const biome = ["biome", "check", "--write", "--stdin-file-path", DESCRIPTOR_FILE];
  const cwd = join(import.meta.dirname, "../../..");
  return execFileSync("npx", biome, { input: text, encoding: "utf8", cwd, stdio: ["pipe", "pipe", "ignore"] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(DESCRIPTOR_FILE, descriptorModule());
