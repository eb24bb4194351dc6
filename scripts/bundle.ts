/*
 * Makes the JavaScript of the published packages: a file for each public subpath, and files that these share. The types
 * come from `tsc -b`. Node takes longer to find and read the hundred small files that the sources are than to run them; as a
 * few files, core and engine load in less than half of the time.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { type BuildResult, build, type ImportKind, type Plugin } from "esbuild";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** What becomes part of the package, in which version. Its users get a copy of it, and no say in which one. */
  readonly inlinedDependencies?: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, "..");

/** Parts that `packages/bench` times by themselves; they are not published. */
const TIMED: Readonly<Record<string, readonly string[]>> = { "@aperture-flow/engine": ["schedule/fair-scheduler"] };

/**
 * Who loads one of these loads the others: what they are made of is one file, which all subpaths share and find beside
 * them. With the files that the bundler would make of it, core and an adapter take a fifth longer to load.
 */
const TOGETHER: Readonly<Record<string, readonly string[]>> = { "@aperture-flow/core": ["index", "adapter/index"] };
const COMMON = "common";

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
  const sources = (names: readonly string[] = []) => names.map((each) => join(folder, "src", `${each}.ts`));
  const together = await inputsOf(sources(TOGETHER[manifest.name]), settings);
  const subpaths = subpathsOf(manifest, folder);
  const builds = await Promise.all([
    // Subpaths share what they have in common: a class is the same one, whoever imports it.
    build({ ...settings, entryPoints: subpaths, splitting: true, plugins: [fromCommon(together), BUILT_IN] }),
    ...(together.size === 0 ? [] : [build({ ...settings, ...commonOf(together, folder, subpaths) })]),
    build({ ...settings, entryPoints: sources(TIMED[manifest.name]) }),
  ]);
  const files = new Map(builds.flatMap(({ outputFiles }) => outputFiles.map(({ path, text }) => [path, text])));
  const notices = await noticesOf(manifest, builds);
  if (notices !== "") files.set(join(folder, "dist/THIRD-PARTY-NOTICES.txt"), notices);
  await Promise.all([...files].map(([path, text]) => writeChanged(path, text)));
  await removeOthers(join(folder, "dist"), files);
}

/** These source files, and all that are loaded with them. */
async function inputsOf(entryPoints: string[], settings: typeof SETTINGS): Promise<ReadonlySet<string>> {
  const { metafile } = await build({ ...settings, entryPoints, splitting: true });
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const each of metafile.inputs[path]?.imports ?? [])
      if (each.kind === "import-statement" && each.external !== true) load(each.path);
  };
  for (const each of entryPoints) load(relative(ROOT, each));
  return new Set([...loaded].map((path) => join(ROOT, path)));
}

/**
 * All that is exported by these source files, in one file. What they import only when it is needed is a subpath. A name that
 * two of them export is exported by none, and whoever imports it fails to load.
 */
function commonOf(sources: ReadonlySet<string>, folder: string, subpaths: readonly Subpath[]) {
  const contents = [...sources].map((path) => `export * from ${JSON.stringify(path)};`).join("\n");
  const place = new Map(subpaths.map((each) => [each.in, `./${each.out}.js`]));
  return {
    stdin: { contents, resolveDir: folder },
    entryNames: COMMON,
    plugins: [redirect((path, kind) => (kind === "dynamic-import" ? place.get(path) : undefined))],
  };
}

function fromCommon(sources: ReadonlySet<string>): Plugin {
  return redirect((path, kind) => (kind !== "entry-point" && sources.has(path) ? `./${COMMON}.js` : undefined));
}

/** Leaves imports of some source files to be made when the package is used, from a file of its own. */
function redirect(to: (source: string, kind: ImportKind) => string | undefined): Plugin {
  return {
    name: "other files",
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
        const file = to(join(resolveDir, path), kind);
        return file === undefined ? undefined : { path: file, external: true };
      });
    },
  };
}

/**
 * What is inlined and asks for a module of Node's by `require`, as CommonJS does, is handed it. An ES module has no `require`,
 * and to make one, or to import the module, takes a fifth of the adapter's start.
 */
const BUILT_IN: Plugin = {
  name: "modules of Node",
  setup({ onResolve, onLoad }) {
    const namespace = "built-in";
    onResolve({ filter: /^node:/ }, ({ path, kind }) => (kind === "require-call" ? { path, namespace } : undefined));
    onLoad({ filter: /^/, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

async function manifestIn(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}

/** Where the source of a public subpath is, and where its file goes. */
interface Subpath {
  readonly in: string;
  readonly out: string;
}

function subpathsOf({ exports = {} }: Manifest, folder: string): Subpath[] {
  return Object.values(exports).flatMap((entry) => {
    if (typeof entry === "string") return [];
    const source = entry.types.slice("./dist/".length, -".d.ts".length);
    return { in: join(folder, "src", `${source}.ts`), out: entry.default.slice("./dist/".length, -".js".length) };
  });
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
