import type { Buffer } from "node:buffer";
import { type ChannelInterface, type Metadata, type StatusObject, status } from "@grpc/grpc-js";
import type { CallOptions } from "../contract/flow-control.ts";
import { afterArrivedInput, startTimer, type Timer } from "../time.ts";
import { failed, notAnswered } from "./failure.ts";
import type { Arrival, LateAnswers } from "./late-answers.ts";

/** One method as a call needs it. */
export interface UnaryMethod<Request, Response> {
  readonly name: string;
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
  /** For methods whose answers lend something; calls of others are cancelled as soon as their time is over. */
  readonly late?: LateAnswers<Request, Response> | undefined;
}

/** What a call is made with. */
export interface UnaryAsk<Request> {
  readonly request: Request;
  readonly metadata: Metadata;
  /** Undefined for no limit. */
  readonly timeoutMs: number | undefined;
  /** Its signal is read only here, where the caller begins to wait. */
  readonly options: CallOptions;
}

/**
 * Makes a call and waits for its answer, not longer than `timeoutMs` and not after the signal was aborted.
 *
 * The time goes to the agent as the relative `grpc-timeout` and is kept by a timer of ours. The deadline of grpc-js would
 * do both with a date: it goes wrong when the wall clock jumps, and its timer beats an answer that came in time while the
 * process was busy. Calls are made on the channel itself, since a stub costs as much again as our whole part of a call.
 *
 * @throws ApertureError APERTURE_TRANSPORT, as a rejection
 */
export function callUnary<Request, Response>(
  channel: ChannelInterface,
  method: UnaryMethod<Request, Response>,
  ask: UnaryAsk<Request>,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    new UnaryCall(method, ask.request, { resolve, reject }).start(channel, ask);
  });
}

type ChannelCall = ReturnType<ChannelInterface["createCall"]>;

interface Caller<Response> {
  readonly resolve: (response: Response) => void;
  readonly reject: (cause: unknown) => void;
}

/** One call on its way, and the listener to what becomes of it. Settles once, whatever comes late. */
class UnaryCall<Request, Response> {
  readonly #method: UnaryMethod<Request, Response>;
  readonly #request: Request;
  readonly #caller: Caller<Response>;
  #call: ChannelCall | undefined;
  #arrival: Arrival<Response> | undefined;
  #message: Buffer | undefined;
  #timer: Timer | undefined;
  #signal: AbortSignal | undefined;
  #settled = false;

  constructor(method: UnaryMethod<Request, Response>, request: Request, caller: Caller<Response>) {
    this.#method = method;
    this.#request = request;
    this.#caller = caller;
  }

  start(channel: ChannelInterface, { metadata, timeoutMs, options }: UnaryAsk<Request>): void {
    const { path, requestSerialize } = this.#method;
    const message = requestSerialize(this.#request);
    if (timeoutMs !== undefined) metadata.set("grpc-timeout", `${Math.ceil(timeoutMs)}m`);
    const call = channel.createCall(path, Number.POSITIVE_INFINITY, undefined, null, undefined);
    this.#call = call;
    call.start(metadata, this);
    call.startRead();
    call.sendMessageWithContext({}, message);
    call.halfClose();
    if (timeoutMs !== undefined) this.#timer = startTimer(timeoutMs, () => afterArrivedInput(this.#expire));
    const { signal } = options;
    if (signal === undefined) return;
    this.#signal = signal;
    if (signal.aborted) this.#abort();
    else signal.addEventListener("abort", this.#abort);
  }

  onReceiveMetadata(): void {}

  onReceiveMessage(message: Buffer): void {
    this.#message = message;
  }

  onReceiveStatus(answer: StatusObject): void {
    if (!this.#settle()) {
      this.#arrival?.(this.#read);
      this.#arrival = undefined;
      return;
    }
    const { name, late } = this.#method;
    try {
      if (answer.code !== status.OK) throw failed(name, answer);
      this.#caller.resolve(this.#read());
    } catch (cause) {
      this.#caller.reject(cause);
      // The server of grpc-js puts "deadline exceeded" behind an answer that it has just sent.
      if (this.#message !== undefined) late?.take(this.#request, this.#read);
    }
  }

  readonly #read = (): Response => {
    const { name, responseDeserialize } = this.#method;
    if (this.#message === undefined) throw notAnswered(name, "agent-error", "an answer without a message");
    try {
      return responseDeserialize(this.#message);
    } catch (cause) {
      throw notAnswered(name, "agent-error", `an answer that cannot be read: ${cause}`);
    }
  };

  readonly #expire = (): void => {
    if (!this.#giveUp("timeout", "no answer in time")) return;
    this.#arrival = this.#method.late?.wait(this.#request, this.#cancel);
    if (this.#arrival === undefined) this.#cancel();
  };

  readonly #abort = (): void => {
    if (this.#giveUp("cancelled", "the caller no longer waits")) this.#cancel();
  };

  readonly #cancel = (): void => this.#call?.cancelWithStatus(status.CANCELLED, "the caller no longer waits");

  #giveUp(reason: "timeout" | "cancelled", why: string): boolean {
    if (!this.#settle()) return false;
    this.#caller.reject(notAnswered(this.#method.name, reason, why));
    return true;
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.cancel();
    this.#signal?.removeEventListener("abort", this.#abort);
    return true;
  }
}
