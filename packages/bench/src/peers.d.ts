/** Peers that bring no types for what is measured of them. */
declare module "@fastify/rate-limit/store/LocalStore.js" {
  export default class LocalStore {
    constructor(continueExceeding: boolean, exponentialBackoff: boolean, keys: number);
    incr(key: string, done: (error: Error | null) => void, windowMs: number, most: number): void;
  }
}

declare module "koa-ratelimit" {
  import type { Context, Middleware } from "koa";

  export default function ratelimit(options: {
    driver: "memory";
    db: Map<string, unknown>;
    duration: number;
    max: number;
    id: (context: Context) => string;
    disableHeader?: boolean;
  }): Middleware;
}
