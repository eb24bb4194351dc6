import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Flow } from "@aperture-flow/core";
import type { Exchange } from "@aperture-flow/core/adapter";
import type { Context } from "koa";

/** A request and its response: Koa has one object for both, and leaves the headers of the answer to Node's. */
export class KoaExchange implements Exchange<Context, Context> {
  readonly request: Context;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestHeaders: IncomingHttpHeaders;
  gate: unknown = undefined;
  flow: Flow | undefined = undefined;

  constructor(context: Context, message: IncomingMessage, requestHeaders: IncomingHttpHeaders) {
    this.request = context;
    this.message = message;
    this.response = context.res;
    this.requestHeaders = requestHeaders;
  }

  get reply(): Context {
    return this.request;
  }

  get headers(): ServerResponse {
    return this.response;
  }
}
