import type { IncomingMessage, ServerResponse } from "node:http";
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
} from "fastify";
import { finish, type Handle, PATH } from "./light-exchange.ts";

type Hook = (request: FastifyRequest, reply: FastifyReply, next: (error?: Error) => void) => unknown;

/** The `onRequest` hooks that a plugin adds to an instance or to its routes. */
export async function hooksOf(install: (instance: FastifyInstance) => unknown): Promise<readonly Hook[]> {
  const app = fastify();
  const hooks: Hook[] = [];
  const addHook = app.addHook.bind(app);
  app.addHook = ((name: "onRequest", hook: onRequestHookHandler) => {
    if (name === "onRequest") hooks.push(hook as Hook);
    return addHook(name, hook);
  }) as FastifyInstance["addHook"];
  await install(app);
  addHook("onRoute", ({ onRequest = [] }) => {
    hooks.push(...((Array.isArray(onRequest) ? onRequest : [onRequest]) as Hook[]));
  });
  app.get(PATH, () => undefined);
  await app.ready();
  return hooks;
}

/** Runs hooks one after the other, as Fastify does, on the least that they need of its request and reply. */
export function hooksAlone(hooks: readonly Hook[]): Handle {
  return (message, response) => {
    // Fastify's own cannot be made without an instance of it and a route.
    const request = new LightRequest(message) as unknown as FastifyRequest;
    const reply = new LightReply(response) as unknown as FastifyReply;
    let index = 0;
    const next = (): void => {
      const hook = hooks[index++];
      const running = hook === undefined ? finish(response) : hook(request, reply, next);
      if (running instanceof Promise) void running.then(next);
    };
    next();
  };
}

class LightRequest {
  readonly raw: IncomingMessage;
  readonly protocol = "http";
  readonly originalUrl = PATH;
  readonly routeOptions = { url: PATH, config: {} };

  constructor(raw: IncomingMessage) {
    this.raw = raw;
  }

  get headers(): IncomingMessage["headers"] {
    return this.raw.headers;
  }

  get ip(): string | undefined {
    return this.raw.socket.remoteAddress;
  }
}

class LightReply {
  readonly raw: ServerResponse;
  readonly #headers: Record<string, unknown> = {};

  constructor(raw: ServerResponse) {
    this.raw = raw;
  }

  header(name: string, value: unknown): this {
    this.#headers[name.toLowerCase()] = value;
    return this;
  }

  hasHeader(name: string): boolean {
    return this.#headers[name.toLowerCase()] !== undefined;
  }

  getHeader(name: string): unknown {
    return this.#headers[name.toLowerCase()];
  }
}
