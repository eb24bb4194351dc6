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
import type { Context, Middleware, Next } from "koa";
import { KoaExchange } from "./koa-exchange.ts";

declare module "koa" {
  interface DefaultState {
    /** The innermost flow of this request. */
    aperture?: Flow;
  }
}

/** What a Koa application tells Aperture Flow. */
export type KoaApertureOptions = AdapterOptions<Context, Context>;

/** What one Koa route sets apart from its application. */
export type KoaRouteOverrides = RouteOverrides<Context, Context>;

type KoaGate = Gate<Context, Context>;

const exchanges = exchangesOnHeaders<KoaExchange>();

const framework: Framework<Context, Context> = {
  message: (context) => context.req,
  target: (context) => context.originalUrl,
  scheme: (context) => context.protocol,
  clientAddress: (context) => context.ip,
  // Set by @koa/router; Koa itself has no routes.
  route: (context) => ("_matchedRoute" in context ? String(context["_matchedRoute"]) : undefined),
  showFlow(context, flow) {
    context.state.aperture = flow;
  },
  reject(context, { status, body }) {
    context.status = status;
    context.body = body;
  },
};

/**
 * Asks for each request whether it may run, answers those that may not, and ends the flow with the response. Without a
 * `controlPoint` it checks nothing itself, and serves the routes that name one with {@link controlPoint}.
 *
 * @example
 * const client = new ApertureClient({ control: await createEngine({ policies: "policies" }) });
 * app.use(apertureMiddleware({ client, controlPoint: "api", labels: (ctx) => ({ user: ctx.get("x-user") }) }));
 * @throws ApertureError APERTURE_OPTION_INVALID for options that cannot be used.
 */
export function apertureMiddleware(options: KoaApertureOptions): Middleware {
  const gate: KoaGate = new Gate({ options, framework });
  return function apertureMiddleware(context, next) {
    const exchange = exchangeOf(context);
    exchange.gate = gate;
    return options.controlPoint === undefined ? next() : pass(gate.admit(exchange), next);
  };
}

/**
 * Makes a route a control point of its own, with the client and the labels of the {@link apertureMiddleware} before it.
 * Koa does not know the route when that runs, so where both name a control point there are two flows, one inside the
 * other. Without an `apertureMiddleware` before it, the request fails with APERTURE_NOT_INSTALLED.
 */
export function controlPoint(name: string, overrides?: KoaRouteOverrides): Middleware {
  const guard = routeGuard(name, overrides);
  return async function controlPoint(context, next) {
    await pass(guard(context), next);
  };
}

/** The innermost flow of a request, or undefined where none was started. */
export function flowOf(context: Context): Flow | undefined {
  return exchanges.of(context.req)?.flow;
}

/** True when the request may go on; otherwise it has been answered, or there is nobody left to answer. */
export function routeGuard(name: string, overrides?: KoaRouteOverrides): (context: Context) => Awaitable<boolean> {
  const gates = new RouteGates(name, overrides);
  return (context) => {
    const exchange = exchanges.of(context.req);
    if (exchange === undefined) throw notInstalled(name, "app.use(apertureMiddleware({ client }))");
    return gates.of(exchange.gate as KoaGate).admit(exchange);
  };
}

function pass(mayRun: Awaitable<boolean>, next: Next): Promise<void> {
  if (mayRun instanceof Promise) return passLater(mayRun, next);
  return mayRun ? next() : Promise.resolve();
}

/** By itself: what a closure captures would be set aside for requests that do not wait, too. */
async function passLater(mayRun: Promise<boolean>, next: Next): Promise<void> {
  if (await mayRun) await next();
}

function exchangeOf(context: Context): KoaExchange {
  const { req: message } = context;
  const requestHeaders = message.headers;
  const known = exchanges.of(message, requestHeaders);
  if (known?.request === context) return known;
  const exchange = new KoaExchange(context, message, requestHeaders);
  exchanges.keep(exchange);
  return exchange;
}
