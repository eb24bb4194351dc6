import { apertureMiddleware } from "@aperture-flow/koa";
import Koa, { type Middleware } from "koa";
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
import { koaRatelimit } from "./koa-ratelimit.ts";
import { finish, type Handle } from "./light-exchange.ts";
import { CONTROL_POINT, ourClient } from "./our-client.ts";

export async function koaContenders(): Promise<readonly Contender[]> {
  return [
    { name: BARE, status: 200, application: application(), middleware: alone((_context, next) => next()) },
    contender("floor", (context, next) => {
      userOf(context.headers);
      return next();
    }),
    contender(FLOOR, (context, next) => {
      userOf(context.headers);
      for (const [name, value] of HEADERS) context.set(name, value);
      return next();
    }),
    contender("rate-limiter-flexible by hand, no headers", byHand(false)),
    contender("rate-limiter-flexible by hand", byHand(true)),
    contender("koa-ratelimit", peer(UNLIMITED)),
    contender("ours, no headers", await ours({ rateLimitHeaders: false })),
    contender(OURS, await ours({})),
    refusing(FLOOR_REFUSING, async (context) => {
      userOf(context.headers);
      for (const [name, value] of REFUSAL.headers) context.set(name, value);
      context.status = 429;
      context.body = REFUSAL.body;
    }),
    refusing("koa-ratelimit, 429", peer(1)),
    refusing(OURS_REFUSING, await ours({}, 1)),
  ];
}

function contender(name: string, limiter: Middleware): Contender {
  return { name, status: 200, application: application(limiter), middleware: alone(limiter) };
}

function refusing(name: string, limiter: Middleware): Contender {
  return { name, status: 429, application: application(limiter) };
}

function application(limiter?: Middleware): Handle {
  const app = new Koa();
  if (limiter !== undefined) app.use(limiter);
  app.use((context) => {
    context.body = BODY;
  });
  return app.callback();
}

/** With a context as Koa makes it before it calls any middleware. */
function alone(limiter: Middleware): Handle {
  const app = new Koa();
  return (message, response) => {
    const next = async (): Promise<void> => finish(response);
    return limiter(app.createContext(message, response), next);
  };
}

function byHand(withHeaders: boolean): Middleware {
  const consume = limiterByHand();
  return async (context, next) => {
    const state = await consume(context.headers).catch(() => context.throw(429));
    if (withHeaders) for (const [name, value] of headersByHand(state)) context.set(name, value);
    await next();
  };
}

function peer(max: number): Middleware {
  return koaRatelimit({
    driver: "memory",
    db: new Map(),
    duration: 3_600_000,
    max,
    id: (context) => userOf(context.headers),
  });
}

async function ours(options: { readonly rateLimitHeaders?: boolean }, capacity?: number): Promise<Middleware> {
  return apertureMiddleware({
    client: await ourClient(capacity),
    controlPoint: CONTROL_POINT,
    labels: (context) => ({ user: userOf(context.headers) }),
    ...options,
  });
}
