import type { Buffer } from "node:buffer";
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { status } from "@grpc/grpc-js";
import { nowMs } from "../../time.ts";
import type { CallStatus } from "../failure.ts";
import type { Cancellable, UnaryCall } from "../unary-call.ts";
import { AnswerMessage } from "./answer-message.ts";
import type { Http2Connection } from "./http2-connection.ts";
import { refusalIn, statusIn, statusOfReset, WITHOUT_STATUS } from "./http2-status.ts";

/** What is asked. */
export interface CallRequest {
  readonly path: string;
  readonly frame: Buffer;
  readonly timeoutMs: number | undefined;
}

type Waiting = Pick<UnaryCall<unknown, unknown>, "ended">;

const CANCELLED: CallStatus = { code: status.CANCELLED, details: "the caller no longer waits" };

/** One call, from where it waits for a connection to the end of its stream. */
export class Http2Call implements Cancellable {
  readonly #request: CallRequest;
  readonly #waiting: Waiting;
  readonly #answer = new AnswerMessage();
  #connection: Http2Connection | undefined;
  #stream: ClientHttp2Stream | undefined;
  #fault: Error | undefined;
  #heldSinceMs: number | undefined;
  #wasRefused = false;
  #ended = false;

  constructor(request: CallRequest, waiting: Waiting) {
    this.#request = request;
    this.#waiting = waiting;
  }

  get path(): string {
    return this.#request.path;
  }

  /** What is left of its time. Undefined for no limit. */
  get timeoutMs(): number | undefined {
    const { timeoutMs } = this.#request;
    if (timeoutMs === undefined || this.#heldSinceMs === undefined) return timeoutMs;
    return Math.max(timeoutMs - (nowMs() - this.#heldSinceMs), 1);
  }

  /** It waits for a connection, or for room on it. */
  heldBy(connection: Http2Connection): void {
    this.#connection = connection;
    this.#heldSinceMs ??= nowMs();
  }

  sentOn(connection: Http2Connection, stream: ClientHttp2Stream): void {
    this.#connection = connection;
    this.#stream = stream;
    stream.on("response", (headers, flags) => this.#begun(headers, flags));
    stream.on("data", (bytes: Buffer) => this.#received(bytes));
    stream.on("trailers", (headers) => this.#trailed(headers));
    stream.on("error", (error) => {
      this.#fault = error;
    });
    stream.on("close", () => this.#closed(stream.rstCode));
    stream.end(this.#request.frame);
  }

  cancel(): void {
    // On a connection that is stuck, the stream itself would not end.
    this.#breakOff(CANCELLED);
  }

  /** Settles it, once. */
  end(answer: CallStatus, message?: Buffer): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#leave();
    this.#waiting.ended(answer, message);
  }

  #begun(headers: IncomingHttpHeaders & IncomingHttpStatusHeader, flags: number): void {
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
      this.#trailed(headers, refusalIn(headers));
      return;
    }
    const refusal = refusalIn(headers);
    if (refusal !== undefined) this.#breakOff(statusIn(headers) ?? refusal);
  }

  #received(bytes: Buffer): void {
    if (this.#ended) return;
    const fault = this.#answer.add(bytes);
    if (fault !== undefined) this.#breakOff(fault);
  }

  #trailed(headers: IncomingHttpHeaders, otherwise: CallStatus = WITHOUT_STATUS): void {
    const answer = statusIn(headers) ?? otherwise;
    if (answer.code === status.OK && this.#answer.isPartial) {
      this.end({ code: status.INTERNAL, details: "half an answer" });
    } else this.end(answer, this.#answer.isPartial ? undefined : this.#answer.whole);
    // An agent may answer before it was told everything, and would wait for the rest.
    if (this.#stream?.writableFinished === false) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #closed(code: number): void {
    const connection = this.#connection;
    if (this.#ended || connection === undefined) return;
    if (connection.isLost) this.end(connection.lossOf(this.#fault));
    else if (code === constants.NGHTTP2_REFUSED_STREAM && this.#isUnread) this.#again(connection);
    else this.end(statusOfReset(code));
  }

  /** A stream that was refused was not looked at: the only call that may be made twice, and it is, once. */
  #again(connection: Http2Connection): void {
    this.#wasRefused = true;
    this.#leave();
    this.#stream = undefined;
    connection.passOn(this);
  }

  get #isUnread(): boolean {
    return !this.#wasRefused && this.#answer.isEmpty;
  }

  #leave(): void {
    if (this.#stream === undefined) this.#connection?.noLongerHolds(this);
    else this.#connection?.streamEnded();
    this.#connection = undefined;
  }

  #breakOff(answer: CallStatus): void {
    this.end(answer);
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }
}
