import type { Context, Next } from "koa";
import { type KoaRouteOverrides, routeGuard } from "./middleware.ts";

type RouteMethod<This> = (this: This, context: Context, next: Next) => unknown;

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
  return <This>(method: RouteMethod<This>, _context: ClassMethodDecoratorContext<This, RouteMethod<This>>) =>
    async function (this: This, context: Context, next: Next): Promise<void> {
      if (await guard(context)) await method.call(this, context, next);
    };
}
