import { copyFile, cp, readFile, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { command, isThere } from "./command.ts";

/** One of the reference's SDKs, as its registry has it. */
export interface SdkClient {
  readonly name: string;
  /** The variable of the environment that names another place to take the SDK from, where there is one. */
  readonly replacedBy?: string;
  /** Why it cannot be tried on this machine; undefined where it can. */
  missing(): Promise<string | undefined>;
  /** Fetches the SDK into a folder and builds the program there. The command that runs it. */
  install(folder: string): Promise<readonly [string, ...string[]]>;
}

const PYTHON = "python3";

export const CLIENTS: readonly SdkClient[] = [
  {
    name: "@fluxninja/aperture-js 2.5.0 (npm)",
    missing: async () => undefined,
    async install(folder) {
      await writeFile(join(folder, "package.json"), '{"private":true,"type":"module"}');
      const packages = ["@fluxninja/aperture-js@2.5.0", "@grpc/grpc-js@^1.14.4"];
      await command(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages], { folder });
      await copyFile(programs("javascript.mjs"), join(folder, "program.mjs"));
      return [process.execPath, "program.mjs"];
    },
  },
  {
    name: "aperture-py 2.26.0 (PyPI)",
    missing: async () => ((await isThere([PYTHON, "-m", "venv", "--help"])) ? undefined : "no python3 with venv"),
    async install(folder) {
      await command([PYTHON, "-m", "venv", "venv"], { folder });
      // Later exporters want a protobuf that the SDK forbids; newer setuptools lack what the older exporter imports.
      const packages = ["aperture-py==2.26.0", "opentelemetry-exporter-otlp==1.27.0", "setuptools<80"];
      const python = join(folder, "venv", "bin", "python");
      await command([python, "-m", "pip", "install", "--quiet", ...packages], { folder });
      await copyFile(programs("python.py"), join(folder, "program.py"));
      return [python, "program.py"];
    },
  },
  {
    name: "aperture-go 2.33.0 (Go modules)",
    replacedBy: "INTEROP_GO_REPLACE",
    missing: async () => ((await isThere(["go", "version"])) ? undefined : "no go"),
    async install(folder) {
      await cp(programs("go"), folder, { recursive: true });
      for (const replacement of goReplacements())
        await command(["go", "mod", "edit", "-replace", replacement], { folder });
      // Alone, since it says in one line what cannot be had.
      await command(["go", "mod", "download"], { folder });
      await command(["go", "mod", "tidy"], { folder });
      await command(["go", "build", "-o", "program", "."], { folder });
      return [join(folder, "program")];
    },
  },
  {
    name: "aperture-java-core 2.30.0 (Maven Central)",
    replacedBy: "INTEROP_JAVA_REPLACE",
    async missing() {
      if (!(await isThere(["javac", "--version"]))) return "no JDK of 11 or later";
      return (await isThere(["mvn", "--version"])) ? undefined : "no mvn";
    },
    async install(folder) {
      await cp(programs("java"), folder, { recursive: true });
      await maven(["compile", "dependency:build-classpath", "-Dmdep.outputFile=classpath"], folder);
      const classpath = await readFile(join(folder, "classpath"), "utf8");
      return ["java", "-cp", ["target/classes", classpath.trim()].join(delimiter), "Program"];
    },
  },
];

function programs(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url));
}

/** `INTEROP_GO_REPLACE=module=folder,module=folder` takes modules from checkouts. */
function goReplacements(): readonly string[] {
  const replacements = (process.env["INTEROP_GO_REPLACE"] ?? "").split(",").filter((text) => text !== "");
  return replacements.map((text) => {
    const [module = "", folder = ""] = text.split("=");
    return `${module}=${resolve(folder)}`;
  });
}

/** `INTEROP_JAVA_REPLACE=folder` is a local repository of Maven's that has the SDK; what it lacks is fetched into it. */
async function maven(parameters: readonly string[], folder: string): Promise<void> {
  const repository = process.env["INTEROP_JAVA_REPLACE"] ?? "";
  const options = ["--quiet", "--batch-mode", "--update-snapshots"];
  if (repository !== "") options.push(`-Dmaven.repo.local=${resolve(repository)}`);
  await command(["mvn", ...options, ...parameters], { folder }).catch((cause: Error) => {
    // Maven gives the reason first, and then goes on about itself.
    throw new Error(cause.message.split(" -> [Help")[0], { cause });
  });
}
