import { aperturePlugin } from "@aperture-flow/fastify";
import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyInstance, type onRequestHookHandler } from "fastify";
import { UNLIMITED } from "../policies.ts";
import { headersByHand, limiterByHand, userOf } from "./by-hand.ts";
import {
  BARE,
  BODY,
  type Contender,
  FLOOR,
  FLOOR_REFUSING,
  HEADERS,
  OURS,
  OURS_REFUSING,
  REFUSAL,
} from "./contender.ts";
import { hooksAlone, hooksOf } from "./fastify-hooks.ts";
import { finish, PATH } from "./light-exchange.ts";
import { CONTROL_POINT, ourClient } from "./our-client.ts";

/** Makes an instance ask before each request. */
type Install = (instance: FastifyInstance) => unknown;

export async function fastifyContenders(): Promise<readonly Contender[]> {
  return [
    { name: BARE, status: 200, application: await application(), middleware: (_message, response) => finish(response) },
    await contender(
      "floor",
      hook((request, _reply, next) => {
        userOf(request.headers);
        next();
      }),
    ),
    await contender(
      FLOOR,
      hook((request, reply, next) => {
        userOf(request.headers);
        for (const [name, value] of HEADERS) reply.header(name, value);
        next();
      }),
    ),
    await contender("rate-limiter-flexible by hand, no headers", hook(byHand(false))),
    await contender("rate-limiter-flexible by hand", hook(byHand(true))),
    await contender("@fastify/rate-limit", peer(UNLIMITED)),
    await contender("ours, no headers", await ours({ rateLimitHeaders: false })),
    await contender(OURS, await ours({})),
    await refusing(
      FLOOR_REFUSING,
      hook((request, reply) => {
        userOf(request.headers);
        for (const [name, value] of REFUSAL.headers) reply.header(name, value);
        reply.code(429).send(REFUSAL.body);
      }),
    ),
    await refusing("@fastify/rate-limit, 429", peer(1)),
    await refusing(OURS_REFUSING, await ours({}, 1)),
  ];
}

async function contender(name: string, install: Install): Promise<Contender> {
  return { name, status: 200, application: await application(install), middleware: hooksAlone(await hooksOf(install)) };
}

async function refusing(name: string, install: Install): Promise<Contender> {
  return { name, status: 429, application: await application(install) };
}

async function application(install?: Install): Promise<Contender["application"]> {
  const app = fastify();
  await install?.(app);
  app.get(PATH, () => BODY);
  await app.ready();
  return app.routing;
}

function hook(handler: onRequestHookHandler): Install {
  return (instance) => instance.addHook("onRequest", handler);
}

function byHand(withHeaders: boolean): onRequestHookHandler {
  const consume = limiterByHand();
  return (request, reply, next) => {
    consume(request.headers).then(
      (state) => {
        if (withHeaders) for (const [name, value] of headersByHand(state)) reply.header(name, value);
        next();
      },
      () => void reply.code(429).send(),
    );
  };
}

function peer(max: number): Install {
  return (instance) =>
    instance.register(rateLimit, { max, timeWindow: 3_600_000, keyGenerator: (request) => userOf(request.headers) });
}

async function ours(options: { readonly rateLimitHeaders?: boolean }, capacity?: number): Promise<Install> {
  const client = await ourClient(capacity);
  return (instance) =>
    instance.register(aperturePlugin, {
      client,
      controlPoint: CONTROL_POINT,
      labels: (request) => ({ user: userOf(request.headers) }),
      ...options,
    });
}
