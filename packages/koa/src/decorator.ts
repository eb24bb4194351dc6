import type { Context, Next } from "koa";
import { type KoaRouteOverrides, routeGuard } from "./middleware.ts";

type RouteMethod = (this: never, context: Context, next: Next) => unknown;

/**
 * Makes a method of a class controller a control point, with standard TypeScript decorators.
 *
 * @example
 * class Payments {
 *   @ControlPoint("pay")
 *   async pay(ctx: Context) { ... }
 * }
 */
export function ControlPoint(name: string, overrides?: KoaRouteOverrides) {
  const guard = routeGuard(name, overrides);
  return <Method extends RouteMethod>(method: Method, _context: ClassMethodDecoratorContext): Method =>
    async function (this: never, context: Context, next: Next): Promise<void> {
      if (await guard(context)) await method.call(this, context, next);
    } as Method; // Nobody reads what a middleware returns.
}
