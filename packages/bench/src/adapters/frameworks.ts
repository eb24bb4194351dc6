import type { Contender } from "./contender.ts";
import { expressContenders } from "./express-contenders.ts";
import { fastifyContenders } from "./fastify-contenders.ts";
import { koaContenders } from "./koa-contenders.ts";

export const FRAMEWORKS: Readonly<Record<string, () => Promise<readonly Contender[]>>> = {
  Express: expressContenders,
  Fastify: fastifyContenders,
  Koa: koaContenders,
};

/** How much of it ours may cost. */
export const SHARES: Readonly<Record<string, Shares>> = {
  Express: { peer: "express-rate-limit, draft-8", framework: 0.6, middleware: 0.75, others: ["express-rate-limit, legacy headers"] },
  Fastify: { peer: "@fastify/rate-limit", framework: 1, middleware: 0.8, others: [] },
  Koa: { peer: "koa-ratelimit", framework: 1, middleware: 0.7, others: [] },
};

interface Shares {
  /** The rate limiter made for this framework. */
  readonly peer: string;
  /** Of the peer's cost in a whole application. */
  readonly framework: number;
  /** Of the cost of the best middleware that writes headers. */
  readonly middleware: number;
  readonly others: readonly string[];
}
