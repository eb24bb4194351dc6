import type { IncomingHttpHeaders } from "node:http";
import type { Flow } from "@aperture-flow/core";
import type { Exchange } from "@aperture-flow/core/adapter";
import type { Request, Response } from "express";

/**
 * A request and its response, which are Node's own.
 *
 * A class: V8 gives object literals around Express requests a shape of their own each, as it does the requests, and finds
 * nothing again in them (Node 20). That cost a third of all that an admission does.
 */
export class ExpressExchange implements Exchange<Request, Response> {
  readonly request: Request;
  readonly response: Response;
  readonly requestHeaders: IncomingHttpHeaders;
  gate: unknown = undefined;
  flow: Flow | undefined = undefined;

  constructor(request: Request, response: Response, requestHeaders: IncomingHttpHeaders) {
    this.request = request;
    this.response = response;
    this.requestHeaders = requestHeaders;
  }

  get message(): Request {
    return this.request;
  }

  get reply(): Response {
    return this.response;
  }

  get headers(): Response {
    return this.response;
  }
}
