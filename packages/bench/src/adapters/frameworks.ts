import type { Contender } from "./contender.ts";
import { expressContenders } from "./express-contenders.ts";
import { fastifyContenders } from "./fastify-contenders.ts";
import { koaContenders } from "./koa-contenders.ts";

export const FRAMEWORKS: Readonly<Record<string, () => Promise<readonly Contender[]>>> = {
  Express: expressContenders,
  Fastify: fastifyContenders,
  Koa: koaContenders,
};

/** Who else there is on a framework, how much of each is measured, and how much of their cost ours may be. */
interface Peers {
  /** The rate limiter made for this framework. */
  readonly peer: string;
  readonly byHand: string;
  /** Of a measurement in process: enough for the collector to run several times, and for all of a framework to be compiled. */
  readonly requests: number;
  /** All that write headers. */
  readonly withHeaders: readonly string[];
  readonly shares: {
    /** Of the peer, in a whole application. */
    readonly framework: number;
    /** Of the best that writes headers, alone. */
    readonly middleware: number;
  };
}

const BY_HAND = "rate-limiter-flexible by hand";
const EXPRESS_LEGACY = "express-rate-limit, legacy headers";
const EXPRESS_DRAFT = "express-rate-limit, draft-8";

export const PEERS: Readonly<Record<string, Peers>> = {
  Express: {
    peer: EXPRESS_DRAFT,
    byHand: BY_HAND,
    requests: 6000,
    withHeaders: [BY_HAND, EXPRESS_LEGACY, EXPRESS_DRAFT],
    shares: { framework: 0.6, middleware: 0.75 },
  },
  Fastify: {
    peer: "@fastify/rate-limit",
    byHand: BY_HAND,
    requests: 10_000,
    withHeaders: [BY_HAND, "@fastify/rate-limit"],
    shares: { framework: 1, middleware: 0.8 },
  },
  Koa: {
    peer: "koa-ratelimit",
    byHand: BY_HAND,
    requests: 10_000,
    withHeaders: [BY_HAND, "koa-ratelimit"],
    shares: { framework: 1, middleware: 0.7 },
  },
};
