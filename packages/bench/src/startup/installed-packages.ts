import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/**
 * The packages that installing these brings, themselves included: dependencies and peers that are not optional, all the
 * way down. `without` names what the application has anyway.
 */
export function installedPackages(names: readonly string[], without: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: string, from: string): void => {
    const file = manifestOf(name, from);
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
    const id = `${manifest.name}@${manifest.version}`;
    if (without.includes(name) || found.has(id)) return;
    found.add(id);
    for (const needed of neededBy(manifest)) add(needed, file);
  };
  for (const name of names) add(name, import.meta.filename);
  return found;
}

function neededBy({
  dependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}: Manifest): readonly string[] {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...Object.keys(dependencies), ...peers];
}

/** Looked for in the folders where Node looks: a package need not export its package.json. */
function manifestOf(name: string, from: string): string {
  const folders = createRequire(from).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      return realpathSync(join(folder, name, "package.json"));
    } catch {}
  }
  throw new Error(`${name} is not installed beside ${dirname(from)}`);
}
