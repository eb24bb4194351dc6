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
import type { NextFunction, Request, RequestHandler, Response } from "express";

declare global {
  namespace Express {
    interface Request {
      /** The innermost flow of this request. */
      aperture?: Flow;
    }
  }
}

/** What an Express application tells Aperture Flow. */
export type ExpressApertureOptions = AdapterOptions<Request, Response>;

/** What one Express route sets apart from its application. */
export type ExpressRouteOverrides = RouteOverrides<Request, Response>;

type ExpressGate = Gate<Request, Response>;

const reader: RequestReader<Request> = {
  message: (request) => request,
  target: (request) => request.originalUrl,
  scheme: (request) => request.protocol,
  clientAddress: (request) => request.ip,
  route: (request) => (request.route === undefined ? undefined : request.baseUrl + String(request.route.path)),
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
  const gate: ExpressGate = new Gate({ options, reader });
  return function apertureMiddleware(request, response, next) {
    installGate(request, gate);
    if (options.controlPoint === undefined) next();
    else pass(gate, request, response, next);
  };
}

/**
 * Makes a route a control point of its own, with the client and the labels of the {@link apertureMiddleware} before it.
 * Express does not know the route when that runs, so where both name a control point there are two flows, one inside
 * the other. Without an `apertureMiddleware` before it, the request fails with APERTURE_NOT_INSTALLED.
 */
export function controlPoint(name: string, overrides?: ExpressRouteOverrides): RequestHandler {
  const gates = new RouteGates(name, overrides);
  return function controlPoint(request, response, next) {
    const installed = gateOfMessage<ExpressGate>(request);
    if (installed === undefined) next(notInstalled(name, "app.use(apertureMiddleware({ client }))"));
    else pass(gates.of(installed), request, response, next);
  };
}

/** The innermost flow of a request, or undefined where none was started. */
export function flowOf(request: Request): Flow | undefined {
  return flowOfMessage(request);
}

function pass(gate: ExpressGate, request: Request, response: Response, next: NextFunction): void {
  enter(gate, request, response).then((mayRun) => {
    if (mayRun) next();
  }, next);
}

/** True when the request may go on; otherwise it has been answered, or there is nobody left to answer. */
export async function enter(gate: ExpressGate, request: Request, response: Response): Promise<boolean> {
  const admission = await gate.admit(request, { message: request, response });
  if (admission === undefined) return true;
  const { flow, rejection, abandoned } = admission;
  request.aperture = flow;
  if (rejection === undefined) return !abandoned;
  const { onReject } = gate.options;
  if (onReject !== undefined) await onReject(rejection, request, response, flow);
  else response.writeHead(rejection.status, rejection.headers).end(rejection.body);
  return false;
}
