import { text } from "node:stream/consumers";
import type { Route, RouteControlPoint, Visit } from "@aperture-flow/conformance";
import type { Context, Middleware, Next } from "koa";
import { ControlPoint, controlPoint, flowOf } from "../src/index.ts";

/** A request as the suite sees it. */
export function visitOf(context: Context): Visit {
  return {
    message: context.req,
    flow: flowOf(context),
    property: context.state.aperture,
    readBody: () => text(context.req),
    takeOver() {
      context.respond = false;
      return context.res;
    },
    send({ status = 200, headers = {}, body }) {
      context.status = status;
      context.set({ ...headers });
      if (body !== undefined) context.body = body;
    },
  };
}

export function middlewareOf({ work, controlPoint: named }: Route): Middleware[] {
  if (named?.by === "decorator") return [decorated(work, named)];
  const handle: Middleware = (context) => work(visitOf(context));
  return named === undefined ? [handle] : [controlPoint(named.name, named.overrides), handle];
}

function decorated(work: Route["work"], { name, overrides }: RouteControlPoint): Middleware {
  class Controller {
    readonly #work = work;

    @ControlPoint(name, overrides)
    handle(context: Context, _next: Next): unknown {
      return this.#work(visitOf(context));
    }
  }
  const controller = new Controller();
  return (context, next) => controller.handle(context, next);
}

export const answerErrors: Middleware = async (context, next) => {
  try {
    await next();
  } catch (error) {
    context.status = 500;
    context.body = `framework: ${error instanceof Error ? error.message : error}`;
  }
};
