import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Flow } from "@aperture-flow/core";
import type { AnswerHeaders, Exchange } from "@aperture-flow/core/adapter";
import type { FastifyReply, FastifyRequest } from "fastify";

/**
 * A request and its reply. The headers of the answer are the reply's: Fastify writes them over those of the response, and
 * plugins such as CORS use them.
 */
export class FastifyExchange implements Exchange<FastifyRequest, FastifyReply>, AnswerHeaders {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestHeaders: IncomingHttpHeaders;
  gate: unknown = undefined;
  flow: Flow | undefined = undefined;

  constructor(request: FastifyRequest, reply: FastifyReply, requestHeaders: IncomingHttpHeaders) {
    this.request = request;
    this.reply = reply;
    this.message = request.raw;
    this.response = reply.raw;
    this.requestHeaders = requestHeaders;
  }

  get headers(): AnswerHeaders {
    return this;
  }

  getHeader(name: string): ReturnType<FastifyReply["getHeader"]> {
    return this.reply.getHeader(name);
  }

  setHeader(name: string, value: string): void {
    this.reply.header(name, value);
  }
}
