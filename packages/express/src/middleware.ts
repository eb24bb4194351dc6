import type { Awaitable, Flow } from "@aperture-flow/core";
import {
  type AdapterOptions,
  exchangesOnHeaders,
  type Framework,
  Gate,
  notInstalled,
  RouteGates,
  type RouteOverrides,
} from "@aperture-flow/core/adapter";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { ExpressExchange } from "./express-exchange.ts";

declare global {
  namespace Express {
    interface Request {
      /** The innermost flow of this request. */
      readonly aperture?: Flow | undefined;
    }
  }
}

/** What an Express application tells Aperture Flow. */
export type ExpressApertureOptions = AdapterOptions<Request, Response>;

/** What one Express route sets apart from its application. */
export type ExpressRouteOverrides = RouteOverrides<Request, Response>;

type ExpressGate = Gate<Request, Response>;

const exchanges = exchangesOnHeaders<ExpressExchange>();

const framework: Framework<Request, Response> = {
  message: (request) => request,
  target: (request) => request.originalUrl,
  scheme: (request) => request.protocol,
  clientAddress: (request) => request.ip,
  route: (request) => (request.route === undefined ? undefined : request.baseUrl + String(request.route.path)),
  reject(response, { status, body }) {
    // Not writeHead, after which Node does not know the length any more and sends chunks.
    response.statusCode = status;
    response.end(body);
  },
};

/**
 * Asks for each request whether it may run, answers those that may not, and ends the flow with the response. Without a
 * `controlPoint` it checks nothing itself, and serves the routes that name one with {@link controlPoint}.
 *
 * @example
 * const client = new ApertureClient({ control: await createEngine({ policies: "policies" }) });
 * app.use(apertureMiddleware({ client, controlPoint: "api", labels: (req) => ({ user: req.get("x-user") }) }));
 * @throws ApertureError APERTURE_OPTION_INVALID for options that cannot be used.
 */
export function apertureMiddleware(options: ExpressApertureOptions): RequestHandler {
  const gate: ExpressGate = new Gate({ options, framework });
  const showFlowOn = flowShower();
  return function apertureMiddleware(request, response, next) {
    showFlowOn(request);
    const exchange = exchangeOf(request, response);
    exchange.gate = gate;
    if (options.controlPoint === undefined) next();
    else pass(gate.admit(exchange), next);
  };
}

/**
 * Makes a route a control point of its own, with the client and the labels of the {@link apertureMiddleware} before it.
 * Express does not know the route when that runs, so where both name a control point there are two flows, one inside
 * the other. Without an `apertureMiddleware` before it, the request fails with APERTURE_NOT_INSTALLED.
 */
export function controlPoint(name: string, overrides?: ExpressRouteOverrides): RequestHandler {
  const guard = routeGuard(name, overrides);
  return function controlPoint(request, _response, next) {
    pass(guard(request), next);
  };
}

/** The innermost flow of a request, or undefined where none was started. */
export function flowOf(request: Request): Flow | undefined {
  return exchanges.of(request)?.flow;
}

function pass(mayRun: Awaitable<boolean>, next: NextFunction): void {
  if (mayRun === true) next();
  else if (mayRun !== false) passLater(mayRun, next);
}

/** By itself: what a closure captures would be set aside for requests that do not wait, too. */
function passLater(mayRun: Promise<boolean>, next: NextFunction): void {
  mayRun.then((runs) => runs && next(), next);
}

/** True when the request may go on; otherwise it has been answered, or there is nobody left to answer. */
export function routeGuard(name: string, overrides?: ExpressRouteOverrides): (request: Request) => Awaitable<boolean> {
  const gates = new RouteGates(name, overrides);
  return (request) => {
    const exchange = exchanges.of(request);
    if (exchange === undefined) throw notInstalled(name, "app.use(apertureMiddleware({ client }))");
    return gates.of(exchange.gate as ExpressGate).admit(exchange);
  };
}

function exchangeOf(request: Request, response: Response): ExpressExchange {
  const requestHeaders = request.headers;
  const known = exchanges.of(request, requestHeaders);
  if (known !== undefined) return known;
  const exchange = new ExpressExchange(request, response, requestHeaders);
  exchanges.keep(exchange);
  return exchange;
}

/**
 * Makes `request.aperture` the request's flow: a getter on the prototype that all applications share, as a property of
 * its own would make the request slower to read for everything that follows.
 */
function flowShower(): (request: Request) => void {
  let shownOn: object | undefined;
  return (request) => {
    const own: object = Object.getPrototypeOf(request);
    if (own === shownOn) return;
    shownOn = own;
    const prototype = prototypeWith("accepts", own) ?? own;
    if ("aperture" in prototype) return;
    Object.defineProperty(prototype, "aperture", {
      configurable: true,
      get(this: Request) {
        return flowOf(this);
      },
    });
  };
}

function prototypeWith(method: string, first: object): object | undefined {
  for (let prototype: object | null = first; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    if (Object.hasOwn(prototype, method)) return prototype;
  }
  return undefined;
}
