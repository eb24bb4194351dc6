import { Buffer } from "node:buffer";
import { status } from "@grpc/grpc-js";
import type { CallStatus } from "../failure.ts";

/** Whether the message is compressed, and its length. */
const PREFIX = 5;

/** As large as grpc-js takes. */
export const MOST_BYTES = 4 * 1024 * 1024;

/** A message as it goes over the wire, uncompressed. */
export function framed(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX);
  return frame;
}

/** Puts together the one message of an answer, in however many pieces it comes. */
export class AnswerMessage {
  /** What came first, with the prefix. */
  #start: Buffer | undefined;
  #rest: Buffer[] | undefined;
  #received = 0;
  #expected = PREFIX;

  /** @returns why there can be no message any more; undefined where all is well. */
  add(piece: Buffer): CallStatus | undefined {
    this.#received += piece.length;
    if (this.#start !== undefined && this.#start.length >= PREFIX) {
      this.#rest ??= [];
      this.#rest.push(piece);
    } else {
      const start = this.#start === undefined ? piece : Buffer.concat([this.#start, piece]);
      this.#start = start;
      if (start.length < PREFIX) return undefined;
      if (start[0] !== 0) return internal("an answer that is compressed, which nobody asked for");
      const length = start.readUInt32BE(1);
      if (length > MOST_BYTES) {
        return { code: status.RESOURCE_EXHAUSTED, details: `an answer of ${length} bytes, more than ${MOST_BYTES}` };
      }
      this.#expected = PREFIX + length;
    }
    return this.#received > this.#expected ? internal("an answer of more than one message") : undefined;
  }

  get isEmpty(): boolean {
    return this.#received === 0;
  }

  /** Something came, and something is missing. */
  get isPartial(): boolean {
    return this.#received > 0 && this.#received < this.#expected;
  }

  /** Undefined where nothing came. A copy: what came is a part of all that the socket has read at one time. */
  get whole(): Buffer | undefined {
    if (this.#start === undefined) return undefined;
    if (this.#rest !== undefined) return Buffer.concat([this.#start.subarray(PREFIX), ...this.#rest]);
    const message = Buffer.allocUnsafe(this.#start.length - PREFIX);
    this.#start.copy(message, 0, PREFIX);
    return message;
  }
}

function internal(details: string): CallStatus {
  return { code: status.INTERNAL, details };
}
