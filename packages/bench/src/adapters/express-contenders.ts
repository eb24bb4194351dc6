import { apertureMiddleware } from "@aperture-flow/express";
import express, { type Express, type RequestHandler } from "express";
import { type Options, rateLimit } from "express-rate-limit";
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
import { finish, type Handle, PATH } from "./light-exchange.ts";
import { CONTROL_POINT, ourClient } from "./our-client.ts";

export async function expressContenders(): Promise<readonly Contender[]> {
  return [
    { name: BARE, status: 200, application: application(), middleware: alone((_request, _response, next) => next()) },
    contender("floor", (request, _response, next) => {
      userOf(request.headers);
      next();
    }),
    contender(FLOOR, (request, response, next) => {
      userOf(request.headers);
      for (const [name, value] of HEADERS) response.setHeader(name, value);
      next();
    }),
    contender("rate-limiter-flexible by hand, no headers", byHand(false)),
    contender("rate-limiter-flexible by hand", byHand(true)),
    contender("express-rate-limit, legacy headers", peer({ legacyHeaders: true, standardHeaders: false })),
    contender("express-rate-limit, draft-8", peer({})),
    contender("ours, no headers", await ours({ rateLimitHeaders: false })),
    contender(OURS, await ours({})),
    refusing(FLOOR_REFUSING, (request, response) => {
      userOf(request.headers);
      for (const [name, value] of REFUSAL.headers) response.setHeader(name, value);
      response.statusCode = 429;
      response.end(REFUSAL.body);
    }),
    refusing("express-rate-limit, 429", peer({ limit: 1 })),
    refusing(OURS_REFUSING, await ours({}, 1)),
  ];
}

function contender(name: string, limiter: RequestHandler): Contender {
  return { name, status: 200, application: application(limiter), middleware: alone(limiter) };
}

function refusing(name: string, limiter: RequestHandler): Contender {
  return { name, status: 429, application: application(limiter) };
}

function application(limiter?: RequestHandler): Express {
  const app = express();
  if (limiter !== undefined) app.use(limiter);
  app.get(PATH, (_request, response) => void response.json(BODY));
  return app;
}

/** Request and response as Express makes them before it calls any middleware. */
function alone(limiter: RequestHandler): Handle {
  const app = express();
  return (message, response) => {
    const request = Object.setPrototypeOf(message, app.request);
    const reply = Object.setPrototypeOf(response, app.response);
    request.originalUrl = message.url;
    request.res = reply;
    reply.locals = Object.create(null);
    limiter(request, reply, () => finish(response));
  };
}

function byHand(withHeaders: boolean): RequestHandler {
  const consume = limiterByHand();
  return (request, response, next) => {
    consume(request.headers).then(
      (state) => {
        if (withHeaders) for (const [name, value] of headersByHand(state)) response.setHeader(name, value);
        next();
      },
      () => void response.sendStatus(429),
    );
  };
}

/** Without its validations, which it makes of the first requests only. */
function peer(options: Partial<Options>): RequestHandler {
  return rateLimit({
    limit: UNLIMITED,
    windowMs: 3_600_000,
    legacyHeaders: false,
    standardHeaders: "draft-8",
    keyGenerator: (request) => userOf(request.headers),
    validate: false,
    ...options,
  });
}

async function ours(options: { readonly rateLimitHeaders?: boolean }, capacity?: number): Promise<RequestHandler> {
  return apertureMiddleware({
    client: await ourClient(capacity),
    controlPoint: CONTROL_POINT,
    labels: (request) => ({ user: userOf(request.headers) }),
    ...options,
  });
}
