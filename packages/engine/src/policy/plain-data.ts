import type { Path } from "./policy-document.ts";

const MOST_LEVELS = 64;
/** More than a text of the greatest length can hold without aliases; what they expand to is what this limits. */
const MOST_VALUES = 1_000_000;
/** What the reference's generated values files hold where an author has to fill something in. */
const PLACEHOLDER = "__REQUIRED_FIELD__";

/** What is wrong, and where. */
export type Complain = (path: Path, text: string) => void;

/**
 * A copy of `value` that is nothing but mappings, lists, texts, numbers and booleans. A key without a value counts as
 * absent, as it does in the reference. What is no data (functions, cycles, too deep or too much of it) is complained of.
 */
export function plainData(value: unknown, complain: Complain): unknown {
  return new Copy(complain).of(value, []);
}

class Copy {
  readonly #complain: Complain;
  #values = 0;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  of(value: unknown, path: Path): unknown {
    this.#values += 1;
    if (this.#values === MOST_VALUES)
      this.#complain(path, "more values than a policy may have, counting each use of an alias");
    if (this.#values >= MOST_VALUES) return undefined;
    if (typeof value !== "object" || value === null) return this.#scalar(value, path);
    if (path.length > MOST_LEVELS) return this.#refused(path, `nested deeper than ${MOST_LEVELS} levels`);
    if (Array.isArray(value)) return value.map((item, index) => this.of(item, [...path, index]));
    return this.#mapping(value, path);
  }

  #mapping(mapping: object, path: Path): unknown {
    const prototype: unknown = Object.getPrototypeOf(mapping);
    if (prototype !== Object.prototype && prototype !== null) {
      return this.#refused(path, `expected plain data, got a ${mapping.constructor?.name ?? "class"}`);
    }
    const copy: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(mapping)) {
      if (value === null || value === undefined) continue;
      // Assigned, it would set the prototype of the copy and be gone from its keys.
      if (key === "__proto__") this.#refused([...path, key], "this name cannot be used");
      else copy[key] = this.of(value, [...path, key]);
    }
    return copy;
  }

  #scalar(value: unknown, path: Path): unknown {
    if (typeof value === "string" && value.includes(PLACEHOLDER)) {
      return this.#refused(path, `${PLACEHOLDER} is a placeholder: write the value here`);
    }
    if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
      return this.#refused(path, `expected plain data, got a ${typeof value}`);
    }
    return value;
  }

  #refused(path: Path, text: string): undefined {
    this.#complain(path, text);
    return undefined;
  }
}
