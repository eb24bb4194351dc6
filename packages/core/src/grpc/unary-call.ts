import type { Buffer } from "node:buffer";
import { type ChannelInterface, type Metadata, type StatusObject, status } from "@grpc/grpc-js";
import type { CallOptions } from "../contract/flow-control.ts";
import { afterArrivedInput, startTimer, type Timer } from "../time.ts";
import { failed, notAnswered } from "./failure.ts";

/** One method as a call needs it. */
export interface UnaryMethod<Request, Response> {
  readonly name: string;
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
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
    new UnaryCall(method, resolve, reject).start(channel, ask);
  });
}

type ChannelCall = ReturnType<ChannelInterface["createCall"]>;

/** One call on its way, and the listener to what becomes of it. Settles once, whatever comes late. */
class UnaryCall<Request, Response> {
  readonly #method: UnaryMethod<Request, Response>;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (cause: unknown) => void;
  #call: ChannelCall | undefined;
  #message: Buffer | undefined;
  #timer: Timer | undefined;
  #signal: AbortSignal | undefined;
  #settled = false;

  constructor(
    method: UnaryMethod<Request, Response>,
    resolve: (response: Response) => void,
    reject: (cause: unknown) => void,
  ) {
    this.#method = method;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(channel: ChannelInterface, { request, metadata, timeoutMs, options }: UnaryAsk<Request>): void {
    const { path, requestSerialize } = this.#method;
    const message = requestSerialize(request);
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
    if (!this.#settle()) return;
    if (answer.code !== status.OK) this.#reject(failed(this.#method.name, answer));
    else this.#resolveWith(this.#message);
  }

  #resolveWith(message: Buffer | undefined): void {
    const { name, responseDeserialize } = this.#method;
    try {
      if (message === undefined) this.#reject(notAnswered(name, "agent-error", "an answer without a message"));
      else this.#resolve(responseDeserialize(message));
    } catch (cause) {
      this.#reject(notAnswered(name, "agent-error", `an answer that cannot be read: ${cause}`));
    }
  }

  readonly #expire = (): void => this.#giveUp("timeout", "no answer in time");

  readonly #abort = (): void => this.#giveUp("cancelled", "the caller no longer waits");

  #giveUp(reason: "timeout" | "cancelled", why: string): void {
    if (!this.#settle()) return;
    this.#reject(notAnswered(this.#method.name, reason, why));
    this.#call?.cancelWithStatus(status.CANCELLED, why);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.cancel();
    this.#signal?.removeEventListener("abort", this.#abort);
    return true;
  }
}
