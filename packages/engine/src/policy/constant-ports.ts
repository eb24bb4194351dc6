import type { Circuit } from "./components.ts";
import type { Complain } from "./plain-data.ts";
import type { Policy } from "./policy.ts";
import type { Path } from "./policy-document.ts";
import type { ConstantSignal, InPort } from "./schema-ports.ts";
import { signalsOf } from "./signals.ts";

/** What a port reads; undefined for an invalid reading. */
export type Constant = number | undefined;

/** Whose ports are read, and who hears what is wrong with them. */
export interface PortsOwner {
  readonly policy: Policy;
  readonly circuit: Circuit;
  readonly path: Path;
  readonly complain: Complain;
}

/** Reads the ports of one component, which have to be constant: nothing computes signals yet. */
export class ConstantPorts {
  readonly #owner: PortsOwner;

  constructor(owner: PortsOwner) {
    this.#owner = owner;
  }

  /** The reading of a port that says how much: a finite number from 0, or a problem. */
  amount(name: string, port: InPort | undefined): Constant {
    const value = this.#read(name, port);
    if (value === undefined || (Number.isFinite(value) && value >= 0)) return value;
    this.#complain(name, `expected a finite number >= 0, got ${value}`);
    return undefined;
  }

  /** The reading of a port that switches something; an invalid one does not. */
  isOn(name: string, port: InPort | undefined): boolean {
    const value = this.#read(name, port);
    return value !== undefined && value !== 0;
  }

  /** For a field that names a key of the dynamic configuration: a problem where the policy sets that key. */
  refuseConfigured(field: string, configKey: string | undefined): void {
    const { path, complain, policy } = this.#owner;
    if (configKey === undefined || !Object.hasOwn(policy.dynamicConfig, configKey)) return;
    complain([...path, field], `\`${configKey}\` comes from \`dynamicConfig\`, which is not supported yet`);
  }

  #read(name: string, port: InPort | undefined): Constant {
    if (port?.constant_signal !== undefined) return constantOf(port.constant_signal);
    return port?.signal_name === undefined ? undefined : this.#signal(name, port.signal_name);
  }

  #signal(name: string, signal: string): Constant {
    const { circuit, policy } = this.#owner;
    const index = signalsOf(circuit).writes.find((write) => write.signal === signal)?.component;
    // That nobody writes the signal is a problem that was reported before.
    if (index === undefined) return undefined;
    const { variable, bool_variable: boolVariable, ...others } = circuit.components[index] ?? {};
    const configKey = variable?.config_key ?? boolVariable?.config_key;
    if (configKey !== undefined && Object.hasOwn(policy.dynamicConfig, configKey)) {
      this.#complain(name, `signal \`${signal}\` comes from \`dynamicConfig\`, which is not supported yet`);
      return undefined;
    }
    if (variable !== undefined) return constantOf(variable.constant_output);
    if (boolVariable !== undefined) return boolVariable.constant_output ? 1 : 0;
    const writer = Object.keys(others)[0] ?? "nothing";
    const remedy = "a circuit that computes a limit is not supported yet: use a constant or a `variable`";
    this.#complain(name, `signal \`${signal}\` comes from \`${writer}\`; ${remedy}`);
    return undefined;
  }

  #complain(port: string, text: string): void {
    const { path, complain } = this.#owner;
    complain([...path, "in_ports", port], text);
  }
}

function constantOf({ value, special_value }: ConstantSignal): Constant {
  if (special_value === "+Inf") return Number.POSITIVE_INFINITY;
  if (special_value === "-Inf") return Number.NEGATIVE_INFINITY;
  return special_value === undefined ? value : undefined;
}
