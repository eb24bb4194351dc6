import { createRequire } from "node:module";
import type { Context, Middleware } from "koa";

interface Options {
  readonly driver: "memory";
  readonly db: Map<string, unknown>;
  readonly duration: number;
  readonly max: number;
  readonly id: (context: Context) => string;
}

/** The package has no types. */
export const koaRatelimit = createRequire(import.meta.url)("koa-ratelimit") as (options: Options) => Middleware;
