import { type handleUnaryCall, type ServerErrorResponse, type ServerUnaryCall, status } from "@grpc/grpc-js";
import { errorFrom, type FailOpenReason, failOpenReasonOf } from "../contract/errors.ts";
import type { Awaitable, CallOptions, FlowControl } from "../contract/flow-control.ts";
import { wallMs } from "../time.ts";

/** Who decides, and how addresses become services where anybody knows that. */
export interface ServedControl {
  readonly control: FlowControl;
  readonly servicesOf: ((address: string) => readonly string[]) | undefined;
}

/** A call of a client, as a control waits for it: what is not read costs nothing. */
export class ServedCall implements CallOptions {
  readonly #call: ServerUnaryCall<unknown, unknown>;
  #controller: AbortController | undefined;

  constructor(call: ServerUnaryCall<unknown, unknown>) {
    this.#call = call;
  }

  /** What the client's deadline leaves, undefined without one. */
  get timeoutMs(): number | undefined {
    const deadline = Number(this.#call.getDeadline());
    return deadline === Number.POSITIVE_INFINITY ? undefined : Math.max(deadline - wallMs(), 1);
  }

  /** Aborted when the client gives up, or its deadline is over. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      if (this.#call.cancelled) controller.abort();
      else this.#call.once("cancelled", () => controller.abort());
    }
    return this.#controller.signal;
  }

  get cancelled(): boolean {
    return this.#call.cancelled;
  }

  /** `address:port` of the client. */
  get peer(): string {
    return this.#call.getPeer();
  }
}

/** A method of a gRPC server out of a function. Whatever that throws is an answer with a status, never a crash. */
export function serve<Request, Response>(
  respond: (request: Request, call: ServedCall) => Awaitable<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    try {
      const answer = respond(call.request, new ServedCall(call));
      if (answer instanceof Promise) {
        answer.then(
          (response) => callback(null, response),
          (cause) => callback(statusOf(cause)),
        );
      } else callback(null, answer);
    } catch (cause) {
      callback(statusOf(cause));
    }
  };
}

/** A refusal with a gRPC status of its own. */
export class StatusError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.name = "StatusError";
    this.code = code;
  }
}

const CODES: Readonly<Partial<Record<FailOpenReason, status>>> = {
  timeout: status.DEADLINE_EXCEEDED,
  unavailable: status.UNAVAILABLE,
  unauthenticated: status.UNAUTHENTICATED,
  "invalid-argument": status.INVALID_ARGUMENT,
  cancelled: status.CANCELLED,
  closed: status.UNAVAILABLE,
  saturated: status.RESOURCE_EXHAUSTED,
};

function statusOf(cause: unknown): Partial<ServerErrorResponse> {
  const error = errorFrom(cause);
  if (error instanceof StatusError) return { code: error.code, details: error.message };
  return { code: CODES[failOpenReasonOf(error)] ?? status.INTERNAL, details: error.message };
}
