import { parseArgs } from "node:util";

export interface Arguments {
  readonly help: boolean;
  /** Undefined: until Ctrl-C. */
  readonly seconds: number | undefined;
  readonly traffic: boolean;
  readonly ports: Ports;
}

export interface Ports {
  readonly express: number;
  readonly fastify: number;
  readonly koa: number;
}

export const USAGE = `Usage: pnpm start [options]

  --seconds N        end by itself after N seconds, with a summary
  --no-traffic       leave the three applications to you
  --express-port N   3001 by default; 0 for any free port
  --fastify-port N   3002
  --koa-port N       3003
  --help
`;

/** @throws Error with a sentence for people. */
export function readArguments(given: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: given.filter((argument) => argument !== "--"),
    options: {
      help: { type: "boolean", default: false },
      seconds: { type: "string" },
      "no-traffic": { type: "boolean", default: false },
      "express-port": { type: "string", default: "3001" },
      "fastify-port": { type: "string", default: "3002" },
      "koa-port": { type: "string", default: "3003" },
    },
  });
  return {
    help: values.help,
    seconds: values.seconds === undefined ? undefined : numberOf("--seconds", values.seconds, 86_400),
    traffic: !values["no-traffic"],
    ports: {
      express: numberOf("--express-port", values["express-port"], 65_535),
      fastify: numberOf("--fastify-port", values["fastify-port"], 65_535),
      koa: numberOf("--koa-port", values["koa-port"], 65_535),
    },
  };
}

function numberOf(name: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 0 || value > most) {
    throw new Error(`${name} must be a whole number from 0 to ${most}, got "${text}"`);
  }
  return value;
}
