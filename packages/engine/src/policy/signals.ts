import type { Circuit } from "./components.ts";
import type { Complain } from "./plain-data.ts";
import type { Path } from "./policy-document.ts";

/** A signal that a component reads or writes. */
export interface SignalUse {
  readonly signal: string;
  readonly path: Path;
  /** Index of the component in its circuit. */
  readonly component: number;
}

export interface SignalUses {
  readonly reads: readonly SignalUse[];
  readonly writes: readonly SignalUse[];
}

const READS: readonly string[] = ["in_ports", "in_ports_map"];
const WRITES: readonly string[] = ["out_ports", "out_ports_map"];

/** What goes in and out of the components of one circuit; not of the circuits nested in it. */
export function signalsOf(circuit: Circuit): SignalUses {
  const reads: SignalUse[] = [];
  const writes: SignalUse[] = [];
  for (const [component, body] of circuit.components.entries()) {
    walk(body, [...circuit.path, component], (signal, path, into) =>
      (into ? reads : writes).push({ signal, path, component }),
    );
  }
  return { reads, writes };
}

/** A signal is written once, and whatever is read is written somewhere. */
export function checkSignals(circuit: Circuit, complain: Complain): void {
  const { reads, writes } = signalsOf(circuit);
  const written = new Set<string>();
  for (const { signal, path } of writes) {
    if (written.has(signal)) complain(path, `signal \`${signal}\` is written by another component too`);
    written.add(signal);
  }
  for (const { signal, path } of reads) {
    if (!written.has(signal)) complain(path, `no component of this circuit writes signal \`${signal}\``);
  }
}

type Visit = (signal: string, path: Path, into: boolean) => void;

/** Ports may be anywhere in a component: those of an auto-scaler are inside its controllers. */
function walk(value: unknown, path: Path, visit: Visit): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const innerPath = [...path, Array.isArray(value) ? Number(key) : key];
    if (READS.includes(key)) ports(inner, innerPath, (signal, where) => visit(signal, where, true));
    else if (WRITES.includes(key)) ports(inner, innerPath, (signal, where) => visit(signal, where, false));
    else if (key !== "components") walk(inner, innerPath, visit);
  }
}

function ports(value: unknown, path: Path, visit: (signal: string, path: Path) => void): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const innerPath = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === "signal_name" && typeof inner === "string") visit(inner, innerPath);
    else ports(inner, innerPath, visit);
  }
}
