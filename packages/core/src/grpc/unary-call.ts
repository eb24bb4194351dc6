import type { Buffer } from "node:buffer";
import { status } from "@grpc/grpc-js";
import { afterArrivedInput, startTimer, type Timer } from "../time.ts";
import type { UnaryAsk, UnaryMethod } from "./agent-transport.ts";
import { type CallStatus, failed, notAnswered } from "./failure.ts";
import type { Arrival } from "./late-answers.ts";

/** A call on its way. */
export interface Cancellable {
  /** The agent is told that nobody waits any longer. */
  cancel(): void;
}

/**
 * One call as its caller sees it, whatever it goes over: settles once, with the answer, when its time is over or when the
 * signal is aborted, whatever comes late.
 *
 * The time is kept by a timer of ours. The deadline of grpc-js would be a date, which goes wrong when the wall clock jumps,
 * and its timer beats an answer that came in time while the process was busy.
 */
export class UnaryCall<Request, Response> {
  readonly #method: UnaryMethod<Request, Response>;
  readonly #request: Request;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (cause: unknown) => void;
  #way: Cancellable | undefined;
  #arrival: Arrival<Response> | undefined;
  #message: Buffer | undefined;
  #timer: Timer | undefined;
  #signal: AbortSignal | undefined;
  #abort: (() => void) | undefined;
  #settled = false;

  constructor(
    method: UnaryMethod<Request, Response>,
    request: Request,
    caller: { readonly resolve: (response: Response) => void; readonly reject: (cause: unknown) => void },
  ) {
    this.#method = method;
    this.#request = request;
    this.#resolve = caller.resolve;
    this.#reject = caller.reject;
  }

  /** From now on its time runs. */
  sentOn(way: Cancellable, { timeoutMs, options }: UnaryAsk<Request>): void {
    if (this.#settled) return;
    this.#way = way;
    if (timeoutMs !== undefined) this.#timer = startTimer(timeoutMs, () => afterArrivedInput(() => this.#expire()));
    const { signal } = options;
    if (signal !== undefined) this.#listenTo(signal);
  }

  /** How it ended on the wire, with the message of the answer where one came. */
  ended(answer: CallStatus, message: Buffer | undefined): void {
    this.#message = message;
    if (!this.#settle()) {
      this.#arrival?.(() => this.#read());
      this.#arrival = undefined;
      return;
    }
    try {
      if (answer.code !== status.OK) throw failed(this.#method.name, answer);
      this.#resolve(this.#read());
    } catch (cause) {
      this.#reject(cause);
      // The server of grpc-js puts "deadline exceeded" behind an answer that it has just sent.
      if (message !== undefined) this.#method.late?.take(this.#request, () => this.#read());
    }
  }

  #read(): Response {
    const { name, responseDeserialize } = this.#method;
    if (this.#message === undefined) throw notAnswered(name, "agent-error", "an answer without a message");
    try {
      return responseDeserialize(this.#message);
    } catch (cause) {
      throw notAnswered(name, "agent-error", `an answer that cannot be read: ${cause}`);
    }
  }

  #expire(): void {
    if (!this.#giveUp("timeout", "no answer in time")) return;
    this.#arrival = this.#method.late?.wait(this.#request, () => this.#way?.cancel());
    if (this.#arrival === undefined) this.#way?.cancel();
  }

  #listenTo(signal: AbortSignal): void {
    this.#signal = signal;
    this.#abort = () => {
      if (this.#giveUp("cancelled", "the caller no longer waits")) this.#way?.cancel();
    };
    if (signal.aborted) this.#abort();
    else signal.addEventListener("abort", this.#abort);
  }

  #giveUp(reason: "timeout" | "cancelled", why: string): boolean {
    if (!this.#settle()) return false;
    this.#reject(notAnswered(this.#method.name, reason, why));
    return true;
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.cancel();
    if (this.#abort !== undefined) this.#signal?.removeEventListener("abort", this.#abort);
    return true;
  }
}
