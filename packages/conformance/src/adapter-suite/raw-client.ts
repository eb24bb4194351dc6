import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { parseResponse, type RawResponse } from "./raw-response.ts";
import { until } from "./until.ts";

/** One request as it goes over the wire. Header values are latin1: one character is one byte. */
export interface RawRequest {
  /** GET by default. */
  readonly method?: string | undefined;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/**
 * One TCP connection that speaks HTTP/1.1 as rudely as a case needs: pipelines, leaves in the middle, sends bytes that no
 * polite client would. It answers nothing by itself and buffers all that comes.
 */
export class RawClient {
  readonly #socket: Socket;
  readonly #methods: string[] = [];
  #received = "";
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.#received += text;
    });
    socket.on("close", () => {
      this.#closed = true;
    });
    // A reset is one of the things that cases provoke; `closed` tells of it.
    socket.on("error", () => {});
  }

  static async connect(port: number, host = "127.0.0.1"): Promise<RawClient> {
    const socket = connect(port, host);
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** True when the connection is gone, whoever closed it. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Sends a request; several in a row are pipelined. */
  send({ method = "GET", path, headers = {}, body }: RawRequest): void {
    this.#methods.push(method);
    const length: Record<string, string> = body === undefined ? {} : { "Content-Length": String(body.length) };
    const fields = Object.entries({ Host: "suite.test", ...length, ...headers });
    const lines = [`${method} ${path} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
    this.write(`${lines.join("\r\n")}\r\n\r\n${body ?? ""}`);
  }

  write(bytes: string): void {
    this.#socket.write(bytes, "latin1");
  }

  /** The answer to the oldest request that has none yet. */
  async response(): Promise<RawResponse> {
    const toHead = this.#methods.shift() === "HEAD";
    const { response, rest } = await until(
      () => parseResponse(this.#received, { toHead, connectionClosed: this.#closed }),
      "a whole response",
    );
    this.#received = rest;
    return response;
  }

  /** Waits for a part of what comes, where no whole response will. */
  async untilReceived(part: string): Promise<void> {
    await until(() => this.#received.includes(part), `"${part}" from the server`);
  }

  /** Reads nothing any more. */
  pause(): void {
    this.#socket.pause();
  }

  /** Leaves at once, whatever is under way. */
  abort(): void {
    this.#socket.destroy();
  }
}
