import type { Circuit } from "./components.ts";
import type { Complain } from "./plain-data.ts";
import type { Path } from "./policy-document.ts";
import type { ConstantSignal, InPort } from "./schema-ports.ts";
import { signalsOf } from "./signals.ts";

/** A number, or undefined for an invalid reading. */
export type Constant = number | undefined;

/** Reads the ports of one component, which have to be constant: nothing computes signals yet. */
export class ConstantPorts {
  readonly #circuit: Circuit;
  readonly #path: Path;
  readonly #complain: Complain;

  constructor(circuit: Circuit, path: Path, complain: Complain) {
    this.#circuit = circuit;
    this.#path = path;
    this.#complain = complain;
  }

  /** The reading of a port; undefined where it is invalid or left out. */
  read(name: string, port: InPort | undefined): Constant {
    if (port?.constant_signal !== undefined) return constantOf(port.constant_signal);
    return port?.signal_name === undefined ? undefined : this.#signal(name, port.signal_name);
  }

  /** The reading of a port that says how much; a problem where it is no amount. */
  amount(name: string, port: InPort | undefined): Constant {
    const value = this.read(name, port);
    if (value === undefined || (Number.isFinite(value) && value >= 0)) return value;
    this.#complain([...this.#path, "in_ports", name], `expected a finite number from 0, got ${value}`);
    return undefined;
  }

  #signal(name: string, signal: string): Constant {
    const writer = signalsOf(this.#circuit).writes.find((use) => use.signal === signal);
    const component = writer === undefined ? undefined : this.#circuit.components[writer.component];
    if (component?.variable !== undefined) return constantOf(component.variable.constant_output);
    if (component?.bool_variable !== undefined) return component.bool_variable.constant_output ? 1 : 0;
    const source = component === undefined ? "nothing here" : `\`${Object.keys(component)[0]}\``;
    this.#complain(
      [...this.#path, "in_ports", name],
      `signal \`${signal}\` comes from ${source}, and circuits are not supported yet: use a constant or a \`variable\``,
    );
    return undefined;
  }
}

function constantOf({ value, special_value }: ConstantSignal): Constant {
  if (special_value === "+Inf") return Number.POSITIVE_INFINITY;
  if (special_value === "-Inf") return Number.NEGATIVE_INFINITY;
  return special_value === undefined ? value : undefined;
}
