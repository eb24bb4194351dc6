/*
 * Makes the JavaScript of the published packages: for each public subpath one file, and files that these share. Types are
 * made by `tsc -b` before. Node takes longer to find and read the hundred small files that the sources are than to run
 * them; as a few files, core and engine load in less than half of the time.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");

/** Parts of packages that `packages/bench` times by themselves. They are not published. */
const BENCHED = { "@aperture-flow/engine": ["schedule/fair-scheduler"] };

const SETTINGS = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  charset: "utf8",
  sourcemap: true,
  // The sources are in the package.
  sourcesContent: false,
  metafile: true,
  write: false,
  logLevel: "warning",
};

async function bundle(folder) {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (manifest.private) return;
  const { name, exports, dependencies, peerDependencies, bundled = [] } = manifest;
  const settings = { ...SETTINGS, external: Object.keys({ ...dependencies, ...peerDependencies }), outdir: `${folder}/dist` };
  const subpaths = Object.values(exports).flatMap(({ default: file }) => (file ? file.slice("./dist/".length, -3) : []));
  const results = await Promise.all([
    // With `splitting`, subpaths share what they have in common: one class is one class, whoever imports it.
    build({ ...settings, entryPoints: sources(folder, subpaths), outbase: `${folder}/src`, splitting: true }),
    ...sources(folder, BENCHED[name] ?? []).map((entry) =>
      build({ ...settings, entryPoints: [entry], outbase: `${folder}/src` }),
    ),
  ]);
  const files = new Map(results.flatMap(({ outputFiles }) => outputFiles.map(({ path, text }) => [path, text])));
  const notices = await noticesOf(results, bundled, name);
  if (notices !== "") files.set(join(folder, "dist/THIRD-PARTY-NOTICES.txt"), notices);
  await Promise.all([...files].map(([path, text]) => writeChanged(path, text)));
  await removeOthers(join(folder, "dist"), files);
}

function sources(folder, names) {
  return names.map((each) => `${folder}/src/${each}.ts`);
}

/** The licences of what is inside of the bundles; fails where that is not exactly what the package says. */
async function noticesOf(results, bundled, name) {
  const inside = new Map();
  for (const input of results.flatMap(({ metafile }) => Object.keys(metafile.inputs))) {
    const [, folder, dependency] = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input) ?? [];
    if (dependency) inside.set(dependency, folder);
  }
  const found = [...inside.keys()].sort();
  if (found.join() !== [...bundled].sort().join())
    throw new Error(`${name}: bundles ${found.join(", ") || "nothing"}, and declares \`bundled\`: ${bundled.join(", ")}`);
  const texts = found.map(async (dependency) => {
    const folder = inside.get(dependency);
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return `${dependency} ${version}\n\n${await readFile(join(folder, "LICENSE"), "utf8")}`;
  });
  return (await Promise.all(texts)).join("\n\n");
}

/** What has not changed is let be: somebody may be reading it. */
async function writeChanged(path, text) {
  const old = await readFile(path, "utf8").catch(() => undefined);
  if (old === text) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Bundles of before: their names change with what is in them. */
async function removeOthers(folder, files) {
  const names = await readdir(folder, { recursive: true });
  const old = names.map((each) => join(folder, each)).filter((path) => /\.js(?:\.map)?$/.test(path) && !files.has(path));
  await Promise.all(old.map((path) => rm(path)));
}

const packages = (await readdir(join(ROOT, "packages"))).map((each) => join(ROOT, "packages", each));
process.chdir(ROOT);
await Promise.all(packages.map(bundle));
