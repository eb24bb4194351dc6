/*
 * Makes the JavaScript of the published packages: a file for each public subpath, and files that these share. The types
 * come from `tsc -b`. Node takes longer to find and read the hundred small files that the sources are than to run them; as a
 * few files, core and engine load in less than half of the time.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BuildResult, build } from "esbuild";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | { readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** What becomes part of the package, in which version. Its users get a copy of it, and no say in which one. */
  readonly inlinedDependencies?: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, "..");

/** Parts that `packages/bench` times by themselves; they are not published. */
const TIMED: Readonly<Record<string, readonly string[]>> = { "@aperture-flow/engine": ["schedule/fair-scheduler"] };

const SETTINGS = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  charset: "utf8",
  sourcemap: true,
  // They are in the package.
  sourcesContent: false,
  metafile: true,
  write: false,
  logLevel: "warning",
} as const;

/** What is inlined and asks for a module of Node's by `require`, as CommonJS does, would not find it in an ES module. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

type Built = BuildResult<typeof SETTINGS>;

async function bundle(folder: string): Promise<void> {
  const manifest = await manifestIn(folder);
  if (manifest.private === true) return;
  const settings = {
    ...SETTINGS,
    external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    outdir: join(folder, "dist"),
    outbase: join(folder, "src"),
  };
  const sources = (names: readonly string[]) => names.map((each) => join(folder, "src", `${each}.ts`));
  const builds = await Promise.all([
    // Subpaths share what they have in common: a class is the same one, whoever imports it.
    build({ ...settings, entryPoints: sources(subpathsOf(manifest)), splitting: true }),
    build({ ...settings, entryPoints: sources(TIMED[manifest.name] ?? []) }),
  ]);
  const files = new Map(
    builds.flatMap(({ outputFiles }) => outputFiles.map(({ path, text }) => [path, whole(path, text)])),
  );
  const notices = await noticesOf(manifest, builds);
  if (notices !== "") files.set(join(folder, "dist/THIRD-PARTY-NOTICES.txt"), notices);
  await Promise.all([...files].map(([path, text]) => writeChanged(path, text)));
  await removeOthers(join(folder, "dist"), files);
}

async function manifestIn(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}

/** On the first line, which is nobody's in the source map. */
function whole(path: string, text: string): string {
  return path.endsWith(".js") && text.includes("__require(") ? `${REQUIRE} ${text}` : text;
}

/** `index`, `adapter/index` and so on. */
function subpathsOf({ exports = {} }: Manifest): readonly string[] {
  const files = Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [] : entry.default));
  return files.map((file) => file.slice("./dist/".length, -".js".length));
}

/** The licences of what is inlined; fails where that is not exactly what the package says. */
async function noticesOf({ name, inlinedDependencies = {} }: Manifest, builds: readonly Built[]): Promise<string> {
  const inputs = builds.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folders = new Set(
    inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0] ?? []),
  );
  const found = await Promise.all(
    [...folders].map(async (folder) => {
      const { name, version } = await manifestIn(folder);
      return { id: `${name} ${version}`, licence: await readFile(join(folder, "LICENSE"), "utf8") };
    }),
  );
  const inlined = found.map(({ id }) => id).sort();
  const declared = Object.entries(inlinedDependencies).map((entry) => entry.join(" "));
  if (inlined.join() !== declared.sort().join())
    throw new Error(`${name} has \`inlinedDependencies\` ${declared.join(", ")}, and inlines ${inlined.join(", ")}`);
  return found.map(({ id, licence }) => `${id}\n\n${licence}`).join("\n\n");
}

/** What has not changed is let be: somebody may be reading it. */
async function writeChanged(path: string, text: string): Promise<void> {
  const old = await readFile(path, "utf8").catch(() => undefined);
  if (old === text) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Those of earlier builds, whose names change with what is in them. */
async function removeOthers(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const paths = (await readdir(folder, { recursive: true })).map((each) => join(folder, each));
  const old = paths.filter((path) => /\.js(?:\.map)?$/.test(path) && !files.has(path));
  await Promise.all(old.map((path) => rm(path)));
}

process.chdir(ROOT);
const folders = await readdir("packages");
await Promise.all(folders.map((each) => bundle(join(ROOT, "packages", each))));
