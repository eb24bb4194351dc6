import type { Buffer } from "node:buffer";
import type { Client, ClientUnaryCall, CallOptions as GrpcCallOptions, Metadata } from "@grpc/grpc-js";
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

const NO_OPTIONS: GrpcCallOptions = Object.freeze({});

/** One call on its way. Settles once, whatever comes late. */
class UnaryCall<Response> {
  readonly #name: string;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (cause: unknown) => void;
  #call: ClientUnaryCall | undefined;
  #timer: Timer | undefined;
  #signal: AbortSignal | undefined;
  #settled = false;

  constructor(name: string, resolve: (response: Response) => void, reject: (cause: unknown) => void) {
    this.#name = name;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Begins to wait; `call` was made before, and may have been answered already. */
  await(call: ClientUnaryCall, timeoutMs: number | undefined, options: CallOptions): void {
    if (this.#settled) return;
    this.#call = call;
    if (timeoutMs !== undefined) this.#timer = startTimer(timeoutMs, () => afterArrivedInput(this.#expire));
    const { signal } = options;
    if (signal === undefined) return;
    this.#signal = signal;
    if (signal.aborted) this.#abort();
    else signal.addEventListener("abort", this.#abort);
  }

  answer(response: Response): void {
    if (this.#settle()) this.#resolve(response);
  }

  fail(cause: unknown): void {
    if (this.#settle()) this.#reject(cause);
  }

  readonly #expire = (): void => this.#giveUp("timeout", "no answer in time");

  readonly #abort = (): void => this.#giveUp("cancelled", "the caller no longer waits");

  #giveUp(reason: "timeout" | "cancelled", why: string): void {
    if (!this.#settle()) return;
    this.#reject(notAnswered(this.#name, reason, why));
    this.#call?.cancel();
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.cancel();
    this.#signal?.removeEventListener("abort", this.#abort);
    return true;
  }
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
 * The time goes to the agent as the relative `grpc-timeout` and is kept by a timer of ours. The deadline option of
 * grpc-js would do both with a date: it goes wrong when the wall clock jumps, and its timer beats an answer that came in
 * time while the process was busy.
 *
 * @throws ApertureError APERTURE_TRANSPORT, as a rejection
 */
export function callUnary<Request, Response>(
  client: Client,
  method: UnaryMethod<Request, Response>,
  { request, metadata, timeoutMs, options }: UnaryAsk<Request>,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const pending = new UnaryCall(method.name, resolve, reject);
    if (timeoutMs !== undefined) metadata.set("grpc-timeout", `${Math.ceil(timeoutMs)}m`);
    const { path, requestSerialize, responseDeserialize } = method;
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      NO_OPTIONS,
      (error, response) => {
        if (error === null) pending.answer(response as Response);
        else pending.fail(failed(method.name, error));
      },
    );
    pending.await(call, timeoutMs, options);
  });
}
