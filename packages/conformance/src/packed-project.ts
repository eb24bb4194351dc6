import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** As much of a package.json as packing needs. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly packageManager?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  /** What the build makes a part of the package. */
  readonly inlinedDependencies?: Readonly<Record<string, string>>;
}

/** What npm says when it could not talk to a registry, as opposed to when the registry said no. */
const UNREACHABLE = /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b/;

/** A registry that is not there is found out soon. */
const env = { ...process.env, npm_config_fetch_retries: "1", npm_config_fetch_retry_mintimeout: "1000" };

async function readManifest(folder: string): Promise<PackageManifest> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}

/**
 * Packages as their users get them: packed as for publishing, and installed in one project of their own, outside of the
 * workspace. Nothing but the tarballs and what they declare is there.
 */
export class PackedProject {
  readonly #root: string;
  readonly #manifests: readonly PackageManifest[];
  /** Holds the tarballs, and the project beside them. */
  readonly #folder: string;
  readonly #project: string;

  private constructor(root: string, manifests: readonly PackageManifest[], folder: string) {
    this.#root = root;
    this.#manifests = manifests;
    this.#folder = folder;
    this.#project = join(folder, "project");
  }

  /**
   * Packs what was built in the workspace at `root`, and installs it.
   *
   * @returns undefined where no registry could be reached.
   */
  static async create(root: string, manifests: readonly PackageManifest[]): Promise<PackedProject | undefined> {
    const project = new PackedProject(root, manifests, await mkdtemp(join(tmpdir(), "packed-")));
    try {
      await project.#pack();
      await project.#install();
      return project;
    } catch (error) {
      await project.remove();
      if (UNREACHABLE.test(String(error))) return undefined;
      throw error;
    }
  }

  tarball({ name, version }: PackageManifest): string {
    return join(this.#folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
  }

  async #pack(): Promise<void> {
    const filters = this.#manifests.map(({ name }) => `--filter=${name}`);
    const [command = "", ...args] = await pnpm(this.#root);
    await execute(command, [...args, ...filters, "pack", "--pack-destination", this.#folder], { cwd: this.#root, env });
  }

  async #install(): Promise<void> {
    const manifests = [await readManifest(this.#root), ...this.#manifests];
    const around = manifests.flatMap(peersAndTypes);
    const tarballs = this.#manifests.map((manifest) => [manifest.name, `file:${this.tarball(manifest)}`]);
    const dependencies = Object.fromEntries([...around, ...tarballs]);
    await mkdir(this.#project);
    await this.write("package.json", JSON.stringify({ private: true, dependencies }));
    const quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
    await execute("npm", ["install", "--prefer-offline", ...quiet], { cwd: this.#project, env });
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(join(this.#project, file), text);
  }

  /** Runs a script as a new process in the project and reads the JSON that it prints. */
  async run(format: "module" | "commonjs", script: string): Promise<unknown> {
    return evaluate(this.#project, format, script);
  }

  /** Does the same in a project that has nothing but these of the installed packages. */
  async runWith(packages: readonly string[], script: string): Promise<unknown> {
    const bare = await mkdtemp(join(this.#folder, "bare-"));
    for (const name of packages) {
      const place = join("node_modules", name);
      await cp(join(this.#project, place), join(bare, place), { recursive: true });
    }
    return evaluate(bare, "module", script);
  }

  /** Runs a tool of the workspace in the project; rejects with what it printed where it fails. */
  async tool(name: string, ...args: readonly string[]): Promise<void> {
    const bin = join(this.#root, "node_modules/.bin", name);
    await execute(bin, [...args], { cwd: this.#project }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`${name} ${args.join(" ")}\n${error.stdout}${error.stderr}`);
    });
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What a user of the package has besides it, in the versions that it is developed against. */
function peersAndTypes({ peerDependencies = {}, devDependencies = {} }: PackageManifest): [string, string][] {
  return Object.entries(devDependencies).filter(
    ([name, range]) => (name in peerDependencies || name.startsWith("@types/")) && !/^(?:workspace|npm):/.test(range),
  );
}

/** Inside a script of pnpm its command is on the path; elsewhere npx brings the version that the workspace names. */
async function pnpm(root: string): Promise<string[]> {
  const { packageManager = "pnpm" } = await readManifest(root);
  const wanted = packageManager.replace("pnpm@", "");
  const found = await execute("pnpm", ["--version"], { cwd: root }).catch(() => undefined);
  return found?.stdout.trim() === wanted ? ["pnpm"] : ["npx", "--yes", packageManager];
}

async function evaluate(folder: string, format: "module" | "commonjs", script: string): Promise<unknown> {
  const args = ["--disable-warning=ExperimentalWarning", `--input-type=${format}`, "--eval", script];
  const { stdout, stderr } = await execute(process.execPath, args, { cwd: folder });
  if (stderr !== "") throw new Error(`loading has something to say: ${stderr}`);
  return JSON.parse(stdout);
}
