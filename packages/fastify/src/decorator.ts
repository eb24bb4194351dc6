import type { FastifyReply, FastifyRequest } from "fastify";
import { type FastifyRouteOverrides, routeGuard } from "./plugin.ts";

type RouteMethod = (this: never, request: FastifyRequest, reply: FastifyReply) => unknown;

/**
 * Makes a method of a class controller a control point, with standard TypeScript decorators. It is a flow of its own,
 * inside that of the plugin or the route: a method runs long after `onRequest`.
 *
 * @example
 * class Payments {
 *   @ControlPoint("pay")
 *   async pay(request: FastifyRequest, reply: FastifyReply) { ... }
 * }
 */
export function ControlPoint(name: string, overrides?: FastifyRouteOverrides) {
  const guard = routeGuard(name, overrides);
  return <Method extends RouteMethod>(method: Method, _context: ClassMethodDecoratorContext): Method =>
    async function (this: never, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
      return (await guard(request)) ? method.call(this, request, reply) : reply;
    } as Method; // Of a rejected request it returns the reply, which Fastify takes for "answered".
}
