import { status } from "@grpc/grpc-js";
import type { AgentSettings } from "../../agent-options.ts";
import type { AgentPlace } from "../../agent-target.ts";
import type { ConnectionState } from "../../connection-state.ts";
import { MAX_TIMEOUT_MS } from "../../flow-params.ts";
import { jittered, startHoldingTimer, startTimer, type Timer } from "../../time.ts";
import type { AgentTransport, UnaryAsk, UnaryMethod } from "../agent-transport.ts";
import type { CallStatus } from "../failure.ts";
import { UnaryCall } from "../unary-call.ts";
import { type Dial, dialTo } from "./agent-socket.ts";
import { framed } from "./answer-message.ts";
import { Http2Call } from "./http2-call.ts";
import { type ConnectionOwner, Http2Connection } from "./http2-connection.ts";
import { RequestHeaders } from "./request-headers.ts";

/** As grpc-js is told to do it: a pause after a failure is 1.6 times the one before. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
const LONGER_BY = 1.6;

const CLOSED: CallStatus = { code: status.UNAVAILABLE, details: "the client was closed" };

/**
 * The transport that costs the least: one session of `node:http2` to one place, and unary calls alone. It is for HTTP/2
 * what a stub is for gRPC; who needs more of gRPC has grpc-js.
 */
export class Http2Transport implements AgentTransport, ConnectionOwner {
  readonly #dial: Dial;
  readonly #headers: RequestHeaders;
  readonly #watchers = new Set<() => void>();
  #state: ConnectionState = "idle";
  #connection: Http2Connection | undefined;
  #retry: Timer | undefined;
  #failure = CLOSED;
  #failures = 0;

  constructor({ apiKey, security }: AgentSettings, place: AgentPlace) {
    const tls = security.kind === "tls" ? security.tls : undefined;
    this.#dial = dialTo(place, tls);
    const authority = tls?.serverName ?? place.authority;
    this.#headers = new RequestHeaders({ authority, secure: tls !== undefined, apiKey });
    this.state();
  }

  call<Request, Response>(method: UnaryMethod<Request, Response>, ask: UnaryAsk<Request>): Promise<Response> {
    return new Promise((resolve, reject) => {
      const waiting = new UnaryCall(method, ask.request, { resolve, reject });
      const frame = framed(method.requestSerialize(ask.request));
      const call = new Http2Call({ path: method.path, frame, timeoutMs: ask.timeoutMs }, waiting);
      this.passedOn(call);
      waiting.sentOn(call, ask);
    });
  }

  state(): ConnectionState {
    if (this.#state === "idle") {
      this.#state = "connecting";
      this.#connect();
    }
    return this.#state;
  }

  ready(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.state() === "ready" || !(timeoutMs > 0)) {
        resolve(this.#state === "ready");
        return;
      }
      const settle = (isReady: boolean): void => {
        timer.cancel();
        this.#watchers.delete(look);
        resolve(isReady);
      };
      const look = (): void => {
        const state = this.state();
        if (state === "ready" || state === "closed") settle(state === "ready");
      };
      const timer = startHoldingTimer(Math.min(timeoutMs, MAX_TIMEOUT_MS), () => settle(false));
      this.#watchers.add(look);
      look();
    });
  }

  reopen(): void {
    const stuck = this.#connection;
    this.#change("connecting");
    this.#connect();
    stuck?.retire();
  }

  close(): void {
    const last = this.#connection;
    this.#connection = undefined;
    this.#retry?.cancel();
    this.#change("closed");
    last?.retire();
  }

  /** A call that no connection has yet, or no longer. */
  passedOn(call: Http2Call): void {
    const state = this.state();
    if (state === "closed") call.end(CLOSED);
    else if (state === "failing") call.end(this.#failure);
    else this.#connection?.take(call);
  }

  opened(connection: Http2Connection): void {
    if (connection !== this.#connection) return;
    this.#failures = 0;
    this.#change("ready");
  }

  gone(connection: Http2Connection, why: string): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    if (this.#state === "ready") this.#change("idle");
    else this.#failed(why);
  }

  /** One that was lost is made again when somebody asks; one that cannot be made is tried until it can. */
  #failed(why: string): void {
    this.#failure = { code: status.UNAVAILABLE, details: `no connection: ${why}` };
    const pauseMs = Math.min(FIRST_PAUSE_MS * LONGER_BY ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures += 1;
    this.#retry = startTimer(jittered(pauseMs), () => this.#connect());
    this.#change("failing");
  }

  #connect(): void {
    this.#retry?.cancel();
    this.#connection = new Http2Connection(this, this.#dial, this.#headers);
  }

  #change(state: ConnectionState): void {
    this.#state = state;
    for (const look of [...this.#watchers]) look();
  }
}
