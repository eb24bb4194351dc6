import type { FlowHttp, FlowParams } from "../flow-params.ts";
import type { LabelSources } from "../labels.ts";
import { type Departure, isAbandoned, ownSocket, watchForDeparture } from "./connection.ts";
import type { Exchange } from "./exchange.ts";
import type { AdapterOptions } from "./options.ts";

/**
 * What a gate says of one flow, its client's departure included: a check that waits is told when the client has left, so
 * that its place in a queue is freed. The signal is made when somebody asks for it: most checks never wait, and an
 * `AbortController` costs more than their decision.
 *
 * A class for its one getter: a getter in an object literal makes V8 describe the shape of each such object anew, which
 * cost five times what the rest of an admission does.
 */
export class GateCall implements FlowParams, Departure {
  readonly labels: LabelSources;
  readonly http: FlowHttp | undefined;
  readonly timeoutMs: number | undefined;
  readonly rampMode: boolean | undefined;
  readonly onUnreachable: "run" | "reject" | undefined;
  readonly #exchange: Exchange;
  #controller: AbortController | undefined = undefined;
  #isAnswered = false;
  #forget: (() => void) | undefined = undefined;

  constructor(options: CallSettings, { labels, http, exchange }: CallSubject) {
    this.labels = labels;
    this.http = http;
    this.timeoutMs = options.timeoutMs;
    this.rampMode = options.rampMode;
    this.onUnreachable = options.onUnreachable;
    this.#exchange = exchange;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#watch();
    return this.#controller.signal;
  }

  /** Called when the check was answered. */
  answered(): void {
    this.#isAnswered = true;
    this.#forget?.();
  }

  leave(): void {
    if (!this.#isAnswered) this.#controller?.abort();
  }

  #watch(): AbortController {
    const controller = new AbortController();
    const socket = ownSocket(this.#exchange.response);
    if (isAbandoned(this.#exchange, socket)) controller.abort();
    else this.#forget = watchForDeparture(this.#exchange, socket, this);
    return controller;
  }
}

/** What a flow is about, and whose request it is. */
export interface CallSubject {
  readonly labels: LabelSources;
  readonly http: FlowHttp | undefined;
  readonly exchange: Exchange;
}

type CallSettings = Pick<AdapterOptions<unknown>, "timeoutMs" | "rampMode" | "onUnreachable">;
