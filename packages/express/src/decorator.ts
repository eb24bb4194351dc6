import type { NextFunction, Request, Response } from "express";
import { type ExpressRouteOverrides, routeGuard } from "./middleware.ts";

type RouteMethod = (this: never, request: Request, response: Response, next: NextFunction) => unknown;

/**
 * Makes a method of a class controller a control point, with standard TypeScript decorators. What the method throws or
 * rejects with goes to `next`, in Express 4 too.
 *
 * @example
 * class Payments {
 *   @ControlPoint("pay")
 *   async pay(req: Request, res: Response) { ... }
 * }
 */
export function ControlPoint(name: string, overrides?: ExpressRouteOverrides) {
  const guard = routeGuard(name, overrides);
  return <Method extends RouteMethod>(method: Method, _context: ClassMethodDecoratorContext): Method =>
    async function (this: never, request: Request, response: Response, next: NextFunction): Promise<void> {
      try {
        if (await guard(request)) await method.call(this, request, response, next);
      } catch (error) {
        next(error);
      }
    } as Method; // Nobody reads what a route returns.
}
