import type { IncomingMessage } from "node:http";
import { clientAddress } from "./client-address.ts";
import { type HttpLabelParts, type RequestReader, targetPath } from "./http-labels.ts";

/** What a framework knows of one request. Each part is asked for when a label is made of it: Express works them out. */
export class RequestParts<Req> implements HttpLabelParts {
  readonly #request: Req;
  readonly #reader: RequestReader<Req>;
  readonly #ipv6PrefixLength: number;

  constructor(request: Req, reader: RequestReader<Req>, ipv6PrefixLength: number) {
    this.#request = request;
    this.#reader = reader;
    this.#ipv6PrefixLength = ipv6PrefixLength;
  }

  get message(): IncomingMessage {
    return this.#reader.message(this.#request);
  }

  get path(): string {
    return targetPath(this.#reader.target(this.#request));
  }

  get scheme(): string {
    return this.#reader.scheme(this.#request);
  }

  get route(): string | undefined {
    return this.#reader.route(this.#request);
  }

  get clientAddress(): string | undefined {
    const address = clientAddress(this.#reader.clientAddress(this.#request) ?? "", this.#ipv6PrefixLength);
    // Through a trusted proxy anything may come; what is no address counts as the connection's own.
    return address ?? clientAddress(this.message.socket?.remoteAddress ?? "", this.#ipv6PrefixLength);
  }
}
