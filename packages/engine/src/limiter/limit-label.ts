import type { Labels } from "@aperture-flow/core";
import { labelValue } from "../label-value.ts";

/** What all flows of a limiter share that is not keyed by a label. */
const SHARED = "default";

/**
 * How a limiter tells flows apart: by the value of one label, or not at all. In a backend the value alone says whose state
 * it is; in decisions it goes with its name, as in `user:alice`.
 */
export class LimitLabel {
  readonly #key: string | undefined;
  /** What stands before the value in a name. */
  readonly #prefix: string;

  constructor(key: string | undefined) {
    this.#key = key === "" ? undefined : key;
    this.#prefix = this.#key === undefined ? "" : `${this.#key}:`;
  }

  /** `undefined` says that the flow does not have the label; an empty value counts as one. */
  valueOf(labels: Labels): string | undefined {
    if (this.#key === undefined) return SHARED;
    return labelValue(labels, this.#key);
  }

  /** How decisions and leases name a value. */
  nameOf(value: string): string {
    return this.#prefix + value;
  }

  /** The value that decisions and leases name so. */
  valueNamed(name: string): string {
    return name.slice(this.#prefix.length);
  }
}
