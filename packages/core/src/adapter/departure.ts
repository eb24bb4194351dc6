import type { CallOptions } from "../contract/flow-control.ts";
import type { Exchange, SocketWatch } from "./end-with-response.ts";
import { isAbandoned } from "./end-with-response.ts";

/**
 * Tells a check that waits when the client has left, so that its place in a queue is freed. The signal is made when
 * somebody asks for it: most checks never wait, and an `AbortController` costs more than their decision.
 */
export class Departure implements CallOptions {
  readonly #exchange: Exchange;
  readonly #sockets: SocketWatch;
  #controller: AbortController | undefined;
  #socketListeners: Set<() => void> | undefined;

  constructor(exchange: Exchange, sockets: SocketWatch) {
    this.#exchange = exchange;
    this.#sockets = sockets;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (isAbandoned(this.#exchange)) this.#leave();
      else this.#watch();
    }
    return this.#controller.signal;
  }

  /** Called when the check was answered. */
  stop(): void {
    if (this.#controller === undefined) return;
    this.#exchange.response.off("close", this.#leave);
    this.#socketListeners?.delete(this.#leave);
  }

  #watch(): void {
    this.#exchange.response.once("close", this.#leave);
    this.#socketListeners = this.#sockets.add(this.#exchange.message.socket, this.#leave);
  }

  readonly #leave = (): void => this.#controller?.abort();
}
