import { pipeline } from "node:stream";
import { text } from "node:stream/consumers";
import type { Route, RouteControlPoint, Visit } from "@aperture-flow/conformance";
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from "express";
import { ControlPoint, controlPoint, flowOf } from "../src/index.ts";

/** A request as the suite sees it. */
export function visitOf(request: Request, response: Response): Visit {
  return {
    message: request,
    flow: flowOf(request),
    property: request.aperture,
    takeOver: () => response,
    readBody: () => text(request),
    send({ status = 200, headers = {}, body }) {
      response.status(status).set(headers);
      if (typeof body === "object") pipeline(body, response, () => {});
      else response.send(body);
    },
  };
}

export function handlersOf({ work, controlPoint: named }: Route): RequestHandler[] {
  if (named?.by === "decorator") return [decorated(work, named)];
  const handle = passingOn((request, response) => work(visitOf(request, response)));
  return named === undefined ? [handle] : [controlPoint(named.name, named.overrides), handle];
}

/** Express 4 knows nothing of promises: its users pass on what an async handler rejects with. */
function passingOn(handle: (request: Request, response: Response) => void | Promise<void>): RequestHandler {
  return (request, response, next) => {
    const done = handle(request, response);
    if (done instanceof Promise) done.catch(next);
  };
}

function decorated(work: Route["work"], { name, overrides }: RouteControlPoint): RequestHandler {
  class Controller {
    readonly #work = work;

    @ControlPoint(name, overrides)
    handle(request: Request, response: Response, _next: NextFunction): unknown {
      return this.#work(visitOf(request, response));
    }
  }
  const controller = new Controller();
  return (request, response, next) => controller.handle(request, response, next);
}

/** Four parameters are how Express tells an error middleware. */
export const answerErrors: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(500).send(`framework: ${error.message}`);
};
