import { Buffer } from "node:buffer";

const FIRST_SIZE = 2048;

/** Longer texts are written by Node at once: what its call costs, a loop takes for so many characters. */
const LONG = 64;

/** Wire types of protobuf, the low three bits of a tag. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/**
 * Writes a protobuf message from its end to its start, so that the length of a nested message is known when its turn
 * comes, without measuring it first: fields are written last to first, the content of a message before its head.
 *
 * Used for the two messages that every flow costs; all others are left to proto-loader, which these are tested against.
 */
export class ProtoWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_SIZE);
  #start = FIRST_SIZE;

  /** How much is written; taken before the content of a message and handed to `head` after it. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  /** Ends, or rather begins, a nested message: everything written since `length` was `before` becomes its content. */
  head(field: number, before: number): void {
    this.#varint(this.length - before);
    this.#varint(field * 8 + BYTES);
  }

  /** Text becomes UTF-8; halves of surrogate pairs, which have none, become U+FFFD. */
  text(field: number, text: string): void {
    const before = this.length;
    this.#content(text);
    this.head(field, before);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#start -= bytes.length;
    this.#bytes.set(bytes, this.#start);
  }

  bytes(field: number, bytes: Uint8Array): void {
    const before = this.length;
    this.raw(bytes);
    this.head(field, before);
  }

  true(field: number): void {
    this.#varint(1);
    this.#varint(field * 8 + VARINT);
  }

  /** A whole number from 0 up, given as `high * 2 ** 32 + low`, since it may be more than a double can hold. */
  int64(field: number, high: number, low: number): void {
    this.#reserve(10);
    const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(low);
    const size = Math.max(Math.ceil(bits / 7), 1);
    this.#start -= size;
    let rest = low;
    let above = high;
    for (let index = 0; index < size; index += 1) {
      this.#bytes[this.#start + index] = index < size - 1 ? (rest & 127) | 128 : rest;
      rest = (rest >>> 7) + (above & 127) * 2 ** 25;
      above = Math.floor(above / 128);
    }
    this.#varint(field * 8 + VARINT);
  }

  fixed64(field: number, high: number, low: number): void {
    this.#reserve(8);
    this.#start -= 8;
    this.#bytes.writeUInt32LE(low, this.#start);
    this.#bytes.writeUInt32LE(high, this.#start + 4);
    this.#varint(field * 8 + FIXED64);
  }

  /** The message, as bytes of its own. Leaves the writer empty. */
  finish(): Buffer {
    const message = Buffer.allocUnsafe(this.length);
    this.#bytes.copy(message, 0, this.#start);
    this.#start = this.#bytes.length;
    return message;
  }

  #content(text: string): void {
    const { length } = text;
    if (length > LONG) {
      this.#utf8(text);
      return;
    }
    this.#reserve(length);
    let position = this.#start;
    for (let index = length - 1; index >= 0; index -= 1) {
      const code = text.charCodeAt(index);
      if (code > 127) {
        this.#utf8(text);
        return;
      }
      position -= 1;
      this.#bytes[position] = code;
    }
    this.#start = position;
  }

  #utf8(text: string): void {
    const length = Buffer.byteLength(text);
    this.#reserve(length);
    this.#start -= length;
    this.#bytes.write(text, this.#start, length);
  }

  /** Up to 32 bits. */
  #varint(value: number): void {
    this.#reserve(5);
    if (value < 128) {
      this.#byte(value);
      return;
    }
    const size = Math.ceil((32 - Math.clz32(value)) / 7);
    this.#start -= size;
    let rest = value;
    for (let index = 0; index < size - 1; index += 1) {
      this.#bytes[this.#start + index] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#start + size - 1] = rest;
  }

  #byte(value: number): void {
    this.#start -= 1;
    this.#bytes[this.#start] = value;
  }

  #reserve(size: number): void {
    if (this.#start >= size) return;
    const { length } = this;
    const bytes = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, length + size));
    this.#bytes.copy(bytes, bytes.length - length, this.#start);
    this.#start = bytes.length - length;
    this.#bytes = bytes;
  }
}
