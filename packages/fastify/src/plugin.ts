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
import type { FastifyPluginAsync, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import fp from "fastify-plugin";
import { FastifyExchange } from "./fastify-exchange.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The innermost flow of this request. */
    readonly aperture: Flow | undefined;
  }
  interface FastifyContextConfig {
    /** The control point of this route, in place of the plugin's own. */
    aperture?: RouteGates<FastifyRequest, FastifyReply>;
  }
}

/** What a Fastify application tells Aperture Flow. */
export interface FastifyApertureOptions extends AdapterOptions<FastifyRequest, FastifyReply> {
  /** When to ask: `"onRequest"` by default; `"preHandler"` where labels need the parsed body or authentication. */
  readonly hook?: "onRequest" | "preValidation" | "preHandler" | undefined;
}

/** What one Fastify route sets apart from its application. */
export type FastifyRouteOverrides = RouteOverrides<FastifyRequest, FastifyReply>;

type FastifyGate = Gate<FastifyRequest, FastifyReply>;

const exchanges = exchangesOnHeaders<FastifyExchange>();

const framework: Framework<FastifyRequest, FastifyReply> = {
  message: (request) => request.raw,
  target: (request) => request.originalUrl,
  scheme: (request) => request.protocol,
  clientAddress: (request) => request.ip,
  route: (request) => request.routeOptions.url,
  reject: (reply, { status, body }) => void reply.code(status).send(body),
  abandon: (reply) => void reply.hijack(),
};

const plugin: FastifyPluginAsync<FastifyApertureOptions> = async (instance, options) => {
  const gate: FastifyGate = new Gate({ options, framework, extraNames: ["hook"] });
  if (!instance.hasRequestDecorator("aperture")) {
    instance.decorateRequest("aperture", { getter: currentFlow });
  }
  const { hook = "onRequest" } = options;
  const routes = RouteGates.known();
  const install = (request: FastifyRequest, reply: FastifyReply): FastifyExchange => {
    const exchange = exchangeOf(request, reply);
    exchange.gate = gate;
    return exchange;
  };
  if (hook !== "onRequest") {
    instance.addHook("onRequest", (request, reply, next) => {
      install(request, reply);
      next();
    });
  }
  const check: onRequestHookHandler = (request, reply, next) => {
    const exchange = hook === "onRequest" ? install(request, reply) : exchangeOf(request, reply);
    // Fastify puts an object of twelve properties together for each look at a route.
    const route = routes.exist ? request.routeOptions.config?.aperture : undefined;
    const mayRun = (route === undefined ? gate : route.of(gate)).admit(exchange);
    if (mayRun === true) next();
    else if (mayRun !== false) passLater(mayRun, next);
  };
  // The three hooks have one signature; the overloads of addHook cannot be picked by a union of their names.
  instance.addHook(hook as "onRequest", check);
};

type Done = Parameters<onRequestHookHandler>[2];

/** By itself: what a closure captures would be set aside for requests that do not wait, too. */
function passLater(mayRun: Promise<boolean>, next: Done): void {
  mayRun.then((runs) => runs && next(), next);
}

function currentFlow(this: FastifyRequest): Flow | undefined {
  return exchanges.of(this.raw)?.flow;
}

/**
 * Asks for each request whether it may run, answers those that may not, and ends the flow with the response. Fastify
 * knows the route before any hook runs, so the name that a route gives with {@link controlPoint} replaces the plugin's.
 *
 * @example
 * const client = new ApertureClient({ control: await createEngine({ policies: "policies" }) });
 * await app.register(aperturePlugin, { client, controlPoint: "api", labels: (req) => ({ user: req.headers["x-user"] }) });
 * @throws ApertureError APERTURE_OPTION_INVALID for options that cannot be used.
 */
export const aperturePlugin = fp(plugin, { fastify: "5.x", name: "@aperture-flow/fastify" });

/** The parts of a Fastify route that make it a control point of its own. */
export interface ControlPointRoute {
  readonly config: { readonly aperture: RouteGates<FastifyRequest, FastifyReply> };
  readonly onRequest: onRequestHookHandler;
}

/**
 * Makes a route a control point of its own: `app.post("/pay", controlPoint("pay"), pay)`, or spread into the route's
 * options. Without the plugin, requests fail with APERTURE_NOT_INSTALLED.
 */
export function controlPoint(name: string, overrides?: FastifyRouteOverrides): ControlPointRoute {
  return {
    config: { aperture: new RouteGates(name, overrides) },
    onRequest: (request, _reply, next) => {
      if (exchanges.of(request.raw) === undefined) next(notInstalled(name, "app.register(aperturePlugin, { client })"));
      else next();
    },
  };
}

/** The innermost flow of a request, or undefined where none was started. */
export function flowOf(request: FastifyRequest): Flow | undefined {
  return exchanges.of(request.raw)?.flow;
}

/** True when the request may go on; otherwise it has been answered, or there is nobody left to answer. */
export function routeGuard(
  name: string,
  overrides?: FastifyRouteOverrides,
): (request: FastifyRequest) => Awaitable<boolean> {
  const gates = new RouteGates(name, overrides);
  return ({ raw }) => {
    const exchange = exchanges.of(raw);
    if (exchange === undefined) throw notInstalled(name, "app.register(aperturePlugin, { client })");
    return gates.of(exchange.gate as FastifyGate).admit(exchange);
  };
}

function exchangeOf(request: FastifyRequest, reply: FastifyReply): FastifyExchange {
  const requestHeaders = request.raw.headers;
  const known = exchanges.of(request.raw, requestHeaders);
  if (known?.request === request) return known;
  const exchange = new FastifyExchange(request, reply, requestHeaders);
  exchanges.keep(exchange);
  return exchange;
}
