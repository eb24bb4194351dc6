import type { Buffer } from "node:buffer";
import type { ConnectionState } from "../connection-state.ts";
import type { CallOptions } from "../contract/flow-control.ts";
import type { LateAnswers } from "./late-answers.ts";

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
  /** Undefined for no limit. */
  readonly timeoutMs: number | undefined;
  /** Its signal is read only where the caller begins to wait. */
  readonly options: CallOptions;
}

/**
 * What carries calls to an agent: a connection that is made, made again when it was lost, and made anew when asked to. The
 * API key goes with every call. Whoever holds one cannot tell which: there is one on grpc-js and one on `node:http2`.
 */
export interface AgentTransport {
  /**
   * Makes a call and waits for its answer, not longer than `timeoutMs` and not after the signal was aborted. It waits for a
   * connection that is being made, and fails at once while none can be made.
   *
   * The time goes to the agent as the relative `grpc-timeout`, and an answer that arrived within it is an answer, also where
   * the process was too busy to read it.
   *
   * @throws ApertureError APERTURE_TRANSPORT, as a rejection
   */
  call<Request, Response>(method: UnaryMethod<Request, Response>, ask: UnaryAsk<Request>): Promise<Response>;
  /** Asking for it makes a connection that was lost, or is not there yet. */
  state(): ConnectionState;
  /** True when the connection stands, false when it does not within the time or was closed meanwhile. */
  ready(timeoutMs: number): Promise<boolean>;
  /** Gives up the connection for another one. Calls that wait for an answer on it go on waiting. */
  reopen(): void;
  /** Calls that are on their way are still answered. */
  close(): void;
}
