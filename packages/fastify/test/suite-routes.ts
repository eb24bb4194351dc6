import type { Route, RouteControlPoint, Visit } from "@aperture-flow/conformance";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ControlPoint, controlPoint, flowOf } from "../src/index.ts";

/** A request as the suite sees it. */
export function visitOf(request: FastifyRequest, reply: FastifyReply): Visit {
  return {
    message: request.raw,
    flow: flowOf(request),
    property: request.aperture,
    takeOver: () => reply.hijack().raw,
    readBody: async () => String(request.body),
    send: ({ status = 200, headers = {}, body }) =>
      void reply
        .code(status)
        .headers({ ...headers })
        .send(body),
  };
}

export function addRoute(app: FastifyInstance, { method, path, work, controlPoint: named }: Route): void {
  const handle = (request: FastifyRequest, reply: FastifyReply) => work(visitOf(request, reply));
  if (named === undefined) app[method](path, handle);
  else if (named.by === "route") app[method](path, controlPoint(named.name, named.overrides), handle);
  else app[method](path, decorated(work, named));
}

function decorated(work: Route["work"], { name, overrides }: RouteControlPoint) {
  class Controller {
    readonly #work = work;

    @ControlPoint(name, overrides)
    handle(request: FastifyRequest, reply: FastifyReply): unknown {
      return this.#work(visitOf(request, reply));
    }
  }
  const controller = new Controller();
  return (request: FastifyRequest, reply: FastifyReply) => controller.handle(request, reply);
}
