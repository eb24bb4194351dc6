import type { Manifest } from "./import-rules.ts";
import type { Source } from "./import-rules-source.ts";

/** Who needs whom. */
type Graph = ReadonlyMap<string, readonly string[]>;

/** Sources that need each other to load. A type, or an `import()` that runs later, needs nothing to load. */
export function sourceCycles(sources: readonly Source[]): string[] {
  return cycles(
    new Map(
      sources.map(({ path, imports }) => [
        path,
        imports.filter(({ kind }) => kind === "static").map(({ target }) => target),
      ]),
    ),
  );
}

/** Packages that need each other to be built or tested. */
export function packageCycles(manifests: Iterable<Manifest>): string[] {
  return cycles(
    new Map(
      [...manifests].map((manifest) => [
        manifest.name,
        Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies }),
      ]),
    ),
  );
}

/** Walks the graph depth first; an edge back to a node on the way closes a cycle. Finds one at least where there are any. */
function cycles(graph: Graph): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, way: readonly string[]): void => {
    if (way.includes(node)) found.push([...way.slice(way.indexOf(node)), node].join(" -> "));
    if (done.has(node)) return;
    done.add(node);
    for (const next of graph.get(node) ?? []) visit(next, [...way, node]);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}
