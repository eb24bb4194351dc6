import { type ClientHttp2Session, connect } from "node:http2";
import type { Socket } from "node:net";
import { status } from "@grpc/grpc-js";
import { startTimer, type Timer } from "../../time.ts";
import type { CallStatus } from "../failure.ts";
import { type Dial, faultOf } from "./agent-socket.ts";
import type { Http2Call } from "./http2-call.ts";
import type { RequestHeaders } from "./request-headers.ts";

/** How long a connection may take to be made, until the agent has said the first word of HTTP/2. */
const CONNECT_TIMEOUT_MS = 20_000;

const FAREWELL_MS = 1000;

/** What an agent may send ahead, on the connection and on each stream: an answer as large as may be comes without a stop. */
const WINDOW = 4 * 1024 * 1024;

/** Ids of streams end at 2 ** 31, which 10,000 calls a second reach in 30 hours. */
const LAST_STREAM = 2 ** 31 - 1000;

const SESSION = {
  settings: { initialWindowSize: WINDOW, enablePush: false },
  // Node takes an agent that names no limit for one that takes a hundred streams.
  peerMaxConcurrentStreams: 2 ** 31 - 1,
  // In megabytes. At its own limit, Node refuses streams one by one; how many calls may wait is bounded elsewhere.
  maxSessionMemory: 1000,
};

/** Who makes connections. It is told of each what became of it. */
export interface ConnectionOwner {
  opened(connection: Http2Connection): void;
  /** It takes no more calls: it was lost, could not be made, or the agent has said goodbye. */
  gone(connection: Http2Connection, why: string): void;
  /** A call that has to go over another one. */
  passedOn(call: Http2Call): void;
}

/** One connection and the calls on it. Once its session has begun, it never waits for an answer: agents may be slow. */
export class Http2Connection {
  readonly #owner: ConnectionOwner;
  readonly #headers: RequestHeaders;
  readonly #socket: Socket;
  readonly #timer: Timer;
  readonly #held = new Set<Http2Call>();
  #session: ClientHttp2Session | undefined;
  #isOpen = false;
  #mostStreams = 0;
  #streams = 0;
  #isRetired = false;
  #loss: string | undefined;

  constructor(owner: ConnectionOwner, dial: Dial, headers: RequestHeaders) {
    this.#owner = owner;
    this.#headers = headers;
    this.#timer = startTimer(CONNECT_TIMEOUT_MS, () => this.#lost("no connection in time"));
    this.#socket = dial(() => this.#connected());
    this.#socket.on("error", (error) => this.#lost(faultOf(error)));
    this.#socket.once("close", () => this.#lost("the agent hung up"));
    this.#socket.unref();
  }

  /** Nothing comes from it any more. */
  get isLost(): boolean {
    return this.#loss !== undefined || this.#session?.destroyed === true;
  }

  take(call: Http2Call): void {
    if (this.#streams < this.#mostStreams) this.#send(call);
    else {
      call.heldBy(this);
      this.#held.add(call);
      this.#socket.ref();
    }
  }

  noLongerHolds(call: Http2Call): void {
    if (this.#held.delete(call)) this.#rest();
  }

  streamEnded(): void {
    this.#streams -= 1;
    if (this.#held.size > 0) this.#sendHeld();
    this.#rest();
  }

  passOn(call: Http2Call): void {
    this.#owner.passedOn(call);
  }

  /** Why a call gets no answer when the connection is lost. */
  lossOf(fault: Error | undefined): CallStatus {
    const why = this.#loss ?? (fault === undefined ? "the agent hung up" : faultOf(fault));
    return { code: status.UNAVAILABLE, details: `the connection was lost: ${why}` };
  }

  /** Takes no more calls, and ends when the last of those that were sent has been answered. */
  retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    this.#mostStreams = 0;
    const held = [...this.#held];
    this.#held.clear();
    for (const call of held) this.#owner.passedOn(call);
    if (this.#streams === 0) this.#end();
  }

  #connected(): void {
    if (this.isLost || this.#isRetired) return;
    const session = connect("http://agent", { ...SESSION, createConnection: () => this.#socket });
    this.#session = session;
    session.on("error", (error) => this.#lost(faultOf(error)));
    session.once("close", () => this.#lost("the agent hung up"));
    session.once("connect", () => session.setLocalWindowSize(WINDOW));
    session.on("remoteSettings", ({ maxConcurrentStreams = Number.POSITIVE_INFINITY }) =>
      this.#open(maxConcurrentStreams),
    );
    session.once("goaway", () => this.#goodbye());
  }

  #open(mostStreams: number): void {
    if (this.#isRetired || this.isLost) return;
    this.#mostStreams = mostStreams;
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#timer.cancel();
      this.#owner.opened(this);
    }
    this.#sendHeld();
  }

  #send(call: Http2Call): void {
    const session = this.#session as ClientHttp2Session;
    if (session.destroyed || session.closed) {
      this.#owner.gone(this, "the agent hung up");
      this.#owner.passedOn(call);
      return;
    }
    this.#streams += 1;
    if (this.#streams === 1) this.#socket.ref();
    const stream = session.request(this.#headers.of(call.path, call.timeoutMs));
    call.sentOn(this, stream);
    if ((stream.id ?? 0) > LAST_STREAM) this.#goodbye();
  }

  #sendHeld(): void {
    for (const call of this.#held) {
      if (this.#streams >= this.#mostStreams) return;
      this.#held.delete(call);
      this.#send(call);
    }
  }

  #goodbye(): void {
    this.#owner.gone(this, "the agent said goodbye");
    this.retire();
  }

  /** Called by each of the events that may be the first to tell. */
  #lost(why: string): void {
    if (this.#loss !== undefined) return;
    this.#loss = why;
    this.#timer.cancel();
    this.#mostStreams = 0;
    this.#owner.gone(this, why);
    const held = [...this.#held];
    this.#held.clear();
    for (const call of held) call.end({ code: status.UNAVAILABLE, details: `no connection: ${why}` });
    this.#end();
  }

  /** Calls keep the process alive, a connection alone does not. */
  #rest(): void {
    if (this.#streams > 0 || this.#held.size > 0) return;
    if (this.#isRetired) this.#end();
    else this.#socket.unref();
  }

  #end(): void {
    this.#timer.cancel();
    if (this.#session === undefined) this.#socket.destroy();
    else {
      this.#session.destroy();
      // Who has vanished without a word takes no farewell either.
      startTimer(FAREWELL_MS, () => this.#socket.destroy());
    }
  }
}
