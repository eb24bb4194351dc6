import { parseArgs } from "node:util";

export interface Arguments {
  /** Names of parts; none for all. */
  readonly parts: readonly string[];
  readonly quick: boolean;
  readonly help: boolean;
}

/** @throws Error for an option or a part that does not exist. */
export function readArguments(given: readonly string[], known: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  const unknown = positionals.find((part) => !known.includes(part));
  if (unknown !== undefined) throw new Error(`there is no part "${unknown}"; there are: ${known.join(", ")}`);
  return { parts: positionals, ...values };
}
