import { channel } from "node:diagnostics_channel";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";

/** A connection that is kept alive and sends nowhere: what a request costs without the kernel. */
class LightSocket extends Socket {
  /** As a server sees it that listens on all addresses, which is what one does that is given none. */
  override readonly remoteAddress: string = "::ffff:127.0.0.1";

  override write(_data: unknown, encoding?: unknown, written?: unknown): boolean {
    const done = typeof encoding === "function" ? encoding : written;
    if (typeof done === "function") process.nextTick(done as () => void);
    return true;
  }
}

/** Answers a request as the `request` event of Node's HTTP server asks for it. */
export type Handle = (message: IncomingMessage, response: ServerResponse) => unknown;

export const PATH = "/hello";
export const USER_HEADER = "x-user";
export const USER = "user-1";

const RAW_HEADERS = [
  "Host",
  "localhost:3000",
  "Accept",
  "application/json",
  "X-User",
  USER,
  "Connection",
  "keep-alive",
];

/** What Node's types leave out. */
type ParsedMessage = IncomingMessage & { _addHeaderLines(headers: readonly string[], count: number): void };

/** Where Node's server says that a response has finished. */
const finished = channel("http.server.response.finish");

/** One connection with one request after the other, each of them Node's own objects. */
export class LightConnection {
  readonly #socket = new LightSocket();

  /** Settles when the answer has been written, as it is before the next request of a connection is read. */
  exchange(handle: Handle): Promise<number> {
    return new Promise((resolve) => {
      const response = new ServerResponse(this.#message());
      response.assignSocket(this.#socket);
      response.once("finish", () => {
        if (finished.hasSubscribers) {
          finished.publish({ request: response.req, response, socket: this.#socket, server: undefined });
        }
        response.detachSocket(this.#socket);
        response.emit("close");
        resolve(response.statusCode);
      });
      handle(response.req, response);
    });
  }

  #message(): IncomingMessage {
    const message = new IncomingMessage(this.#socket);
    message.method = "GET";
    message.url = PATH;
    message.httpVersion = "1.1";
    message.httpVersionMajor = 1;
    message.httpVersionMinor = 1;
    // As Node's parser hands them over: they become `headers` when somebody reads them.
    (message as ParsedMessage)._addHeaderLines(RAW_HEADERS, RAW_HEADERS.length);
    message.complete = true;
    return message;
  }
}

/** What a handler does that only lets a request pass: the response counts as written. */
export function finish(response: ServerResponse): void {
  response.finished = true;
  response.emit("finish");
}
