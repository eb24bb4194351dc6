import type { Flow } from "@aperture-flow/core";
import {
  type AdapterOptions,
  type AnswerHeaders,
  flowOfMessage,
  Gate,
  gateOfMessage,
  installGate,
  notInstalled,
  type RequestReader,
  RouteGates,
  type RouteOverrides,
} from "@aperture-flow/core/adapter";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import fp from "fastify-plugin";

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

const reader: RequestReader<FastifyRequest> = {
  message: (request) => request.raw,
  target: (request) => request.originalUrl,
  scheme: (request) => request.protocol,
  clientAddress: (request) => request.ip,
  route: (request) => request.routeOptions.url,
};

const install: FastifyPluginAsync<FastifyApertureOptions> = async (instance, options) => {
  const gate: FastifyGate = new Gate({ options, reader, extraNames: ["hook"] });
  if (!instance.hasRequestDecorator("aperture")) {
    instance.decorateRequest("aperture", { getter: currentFlow });
  }
  instance.addHook("onRequest", (request, _reply, next) => {
    installGate(request.raw, gate);
    next();
  });
  const check: onRequestHookHandler = (request, reply, next) => {
    const route = request.routeOptions.config?.aperture;
    enter(route === undefined ? gate : route.of(gate), request, reply).then((mayRun) => {
      if (mayRun) next();
    }, next);
  };
  // The three hooks have one signature; the overloads of addHook cannot be picked by a union of their names.
  instance.addHook((options.hook ?? "onRequest") as "onRequest", check);
};

function currentFlow(this: FastifyRequest): Flow | undefined {
  return flowOfMessage(this.raw);
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
export const aperturePlugin = fp(install, { fastify: "5.x", name: "@aperture-flow/fastify" });

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
      if (gateOfMessage(request.raw) === undefined)
        next(notInstalled(name, "app.register(aperturePlugin, { client })"));
      else next();
    },
  };
}

/** The innermost flow of a request, or undefined where none was started. */
export function flowOf(request: FastifyRequest): Flow | undefined {
  return flowOfMessage(request.raw);
}

/** Fastify writes the reply's headers over those of the response, and plugins such as CORS use the reply's. */
function headersOf(reply: FastifyReply): AnswerHeaders {
  return {
    getHeader: (name) => reply.getHeader(name),
    setHeader: (name, value) => void reply.header(name, value),
  };
}

/** True when the request may go on; otherwise it has been answered, or there is nobody left to answer. */
export async function enter(gate: FastifyGate, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const exchange = { message: request.raw, response: reply.raw, headers: headersOf(reply) };
  const admission = await gate.admit(request, exchange);
  if (admission === undefined) return true;
  const { flow, rejection, abandoned } = admission;
  if (abandoned) reply.hijack();
  if (rejection === undefined) return !abandoned;
  const { onReject } = gate.options;
  if (onReject !== undefined) await onReject(rejection, request, reply, flow);
  else
    reply
      .code(rejection.status)
      .headers({ ...rejection.headers })
      .send(rejection.body);
  return false;
}
