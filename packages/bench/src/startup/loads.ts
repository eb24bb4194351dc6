import { perUser } from "../policies.ts";

const PEERS = [
  "express-rate-limit",
  "@fastify/rate-limit",
  "koa-ratelimit",
  "rate-limiter-flexible",
  "@fluxninja/aperture-js",
];

/** What an application loads at its start. Each is timed in a process that has loaded nothing else. */
export const LOADS: Readonly<Record<string, () => Promise<unknown>>> = {
  core: () => import("@aperture-flow/core"),
  "core, Express adapter": async () => [await import("@aperture-flow/core"), await import("@aperture-flow/express")],
  "core, Fastify adapter": async () => [await import("@aperture-flow/core"), await import("@aperture-flow/fastify")],
  "core, Koa adapter": async () => [await import("@aperture-flow/core"), await import("@aperture-flow/koa")],
  "engine, one policy": async () => {
    const { createEngine } = await import("@aperture-flow/engine");
    return createEngine({ policies: perUser("per-user", "api") });
  },
  "core, gRPC": () => import("@aperture-flow/core/grpc"),
  ...Object.fromEntries(PEERS.map((name) => [name, () => import(name)])),
};
