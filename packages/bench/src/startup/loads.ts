import { perUser } from "../policies.ts";

export interface Load {
  readonly name: string;
  /** What the application has loaded by then whether it limits anything or not, and what another row stands for. */
  readonly after: readonly string[];
  readonly load: () => Promise<unknown>;
}

const CORE = "@aperture-flow/core";

/** By the package that each of our adapters is for. */
export const ADAPTERS: Readonly<Record<string, string>> = { express: "Express", fastify: "Fastify", koa: "Koa" };

/** The peers, with the framework that they are for. */
const PEERS: Readonly<Record<string, readonly string[]>> = {
  "express-rate-limit": ["express"],
  "@fastify/rate-limit": ["fastify"],
  "koa-ratelimit": ["koa"],
  "rate-limiter-flexible": [],
  "@fluxninja/aperture-js": [],
};

/** What an application loads at its start. Each is timed in a process that has loaded nothing else but what it comes after. */
export const LOADS: readonly Load[] = [
  { name: "core", after: [], load: () => import(CORE) },
  ...Object.entries(ADAPTERS).map(([framework, title]) => ({
    name: `${title} adapter, after core`,
    after: [framework, CORE],
    load: () => import(`@aperture-flow/${framework}`),
  })),
  {
    name: "engine, one policy",
    after: [],
    load: async () => {
      const { createEngine } = await import("@aperture-flow/engine");
      return createEngine({ policies: perUser("per-user", "api") });
    },
  },
  { name: "core, gRPC", after: [], load: () => import("@aperture-flow/core/grpc") },
  ...Object.entries(PEERS).map(([name, after]) => ({ name, after, load: () => import(name) })),
];
