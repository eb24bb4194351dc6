import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClientTraits } from "./answer.ts";
import { command, isThere } from "./command.ts";

/** One of the reference's SDKs, as its registry has it. */
export interface SdkClient {
  readonly name: string;
  readonly traits: ClientTraits;
  /** Why it cannot be tried on this machine; undefined where it can. */
  missing(): Promise<string | undefined>;
  /** Fetches the SDK into a folder and builds the program there. The command that runs it. */
  install(folder: string): Promise<readonly [string, ...string[]]>;
}

const PYTHON = "python3";

export const CLIENTS: readonly SdkClient[] = [
  {
    name: "@fluxninja/aperture-js 2.5.0 (npm)",
    // Its protocol is older than the call.
    traits: { endsFlows: false },
    missing: async () => undefined,
    async install(folder) {
      await writeFile(join(folder, "package.json"), '{"private":true,"type":"module"}');
      const packages = ["@fluxninja/aperture-js@2.5.0", "@grpc/grpc-js@^1.14.4"];
      await command(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages], { folder });
      return [process.execPath, await program("javascript.mjs", folder)];
    },
  },
  {
    name: "aperture-py 2.26.0 (PyPI)",
    traits: { endsFlows: true },
    missing: async () => ((await isThere([PYTHON, "-m", "venv", "--help"])) ? undefined : "no python3 with venv"),
    async install(folder) {
      await command([PYTHON, "-m", "venv", "venv"], { folder });
      // Later exporters want a protobuf that the SDK forbids; newer setuptools lack what the older exporter imports.
      const packages = ["aperture-py==2.26.0", "opentelemetry-exporter-otlp==1.27.0", "setuptools<80"];
      const python = join(folder, "venv", "bin", "python");
      await command([python, "-m", "pip", "install", "--quiet", ...packages], { folder });
      return [python, await program("python.py", folder)];
    },
  },
  {
    name: "aperture-go v2 (Go modules)",
    traits: { endsFlows: true },
    missing: async () => ((await isThere(["go", "version"])) ? undefined : "no go"),
    async install(folder) {
      await command(["go", "mod", "init", "interop"], { folder });
      for (const replacement of goReplacements())
        await command(["go", "mod", "edit", "-replace", replacement], { folder });
      await program("main.go", folder);
      await command(["go", "mod", "tidy"], { folder });
      await command(["go", "build", "-o", "program", "."], { folder });
      return [join(folder, "program")];
    },
  },
];

/**
 * `INTEROP_GO_REPLACE=module=folder,module=folder` takes modules from checkouts, for machines whose module proxy does not
 * have them.
 */
function goReplacements(): readonly string[] {
  return (process.env["INTEROP_GO_REPLACE"] ?? "").split(",").filter((replacement) => replacement !== "");
}

async function program(name: string, folder: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(folder, { recursive: true });
  await copyFile(fileURLToPath(new URL(`programs/${name}`, import.meta.url)), path);
  return path;
}
