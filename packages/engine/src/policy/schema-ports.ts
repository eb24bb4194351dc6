import type * as z from "zod";
import { list, mapping, name, number, oneKeyOf, oneOf } from "./schema-values.ts";

/** A number that does not change, or one of the three readings that no number is. */
export const constantSignal = oneKeyOf("of `value` and `special_value`", () => ({
  value: number().optional().describe("The number."),
  special_value: oneOf("NaN", "+Inf", "-Inf").optional().describe("An invalid reading (`NaN`), or an infinite one."),
}));

/** Where a component reads from. */
export const inPort = oneKeyOf("of `signal_name` and `constant_signal`", () => ({
  signal_name: name().optional().describe("The signal of this circuit to read."),
  constant_signal: constantSignal.optional().describe("A constant to read instead of a signal."),
}));

/** Where a component writes to. */
export const outPort = mapping(() => ({
  signal_name: name().describe("The signal of this circuit to write."),
}));

/** Ports that read an invalid value where they are left out. */
export function inPorts<Port extends string>(...ports: readonly Port[]) {
  const port = inPort.optional().describe("Reads an invalid value where it is left out.");
  return mapping(() => sameFor(ports, port))
    .optional()
    .describe("What the component reads.");
}

/** Ports that write nowhere where they are left out. */
export function outPorts<Port extends string>(...ports: readonly Port[]) {
  const port = outPort.optional().describe("Writes nowhere where it is left out.");
  return mapping(() => sameFor(ports, port))
    .optional()
    .describe("What the component writes.");
}

/** A list of signals, for components that do not tell one from the other. */
export function manyInPorts() {
  const inputs = list(inPort).default([]).describe("The signals, in order.");
  return mapping(() => ({ inputs }))
    .optional()
    .describe("What the component reads.");
}

function sameFor<Name extends string, Value>(names: readonly Name[], value: Value): Record<Name, Value> {
  return Object.fromEntries(names.map((each) => [each, value])) as Record<Name, Value>;
}

export type ConstantSignal = z.output<typeof constantSignal>;
export type InPort = z.output<typeof inPort>;
