import type { Flow } from "@aperture-flow/core";
import {
  type AdapterOptions,
  flowOfMessage,
  Gate,
  gateOfMessage,
  installGate,
  notInstalled,
  type RequestReader,
  RouteGates,
  type RouteOverrides,
} from "@aperture-flow/core/adapter";
import type { Context, Middleware } from "koa";

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

const reader: RequestReader<Context> = {
  message: (context) => context.req,
  target: (context) => context.originalUrl,
  scheme: (context) => context.protocol,
  clientAddress: (context) => context.ip,
  // Set by @koa/router; Koa itself has no routes.
  route: (context) => ("_matchedRoute" in context ? String(context["_matchedRoute"]) : undefined),
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
  const gate: KoaGate = new Gate({ options, reader });
  return async function apertureMiddleware(context, next) {
    installGate(context.req, gate);
    if (options.controlPoint === undefined || (await enter(gate, context))) await next();
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
    if (await guard(context)) await next();
  };
}

/** The innermost flow of a request, or undefined where none was started. */
export function flowOf(context: Context): Flow | undefined {
  return flowOfMessage(context.req);
}

/** True when the request may go on; otherwise it has been answered, or there is nobody left to answer. */
export function routeGuard(name: string, overrides?: KoaRouteOverrides): (context: Context) => Promise<boolean> {
  const gates = new RouteGates(name, overrides);
  return async (context) => {
    const installed = gateOfMessage<KoaGate>(context.req);
    if (installed === undefined) throw notInstalled(name, "app.use(apertureMiddleware({ client }))");
    return enter(gates.of(installed), context);
  };
}

async function enter(gate: KoaGate, context: Context): Promise<boolean> {
  const admission = await gate.admit(context, { message: context.req, response: context.res });
  if (admission === undefined) return true;
  const { flow, rejection, abandoned } = admission;
  context.state.aperture = flow;
  if (rejection === undefined) return !abandoned;
  const { onReject } = gate.options;
  if (onReject !== undefined) {
    await onReject(rejection, context, context, flow);
    return false;
  }
  context.status = rejection.status;
  context.body = rejection.body;
  // After the body, which would choose a content type of its own.
  context.set({ ...rejection.headers });
  return false;
}
