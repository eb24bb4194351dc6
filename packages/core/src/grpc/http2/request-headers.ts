import type { OutgoingHttpHeaders } from "node:http2";

/** What distinguishes calls to one agent from those to another. */
export interface RequestOrigin {
  readonly authority: string;
  readonly secure: boolean;
  readonly apiKey: string | undefined;
}

const MOST_KEPT = 64;

/** The headers of calls. Most calls of a method have the same time, and then share them. */
export class RequestHeaders {
  readonly #common: OutgoingHttpHeaders;
  readonly #kept = new Map<string, OutgoingHttpHeaders>();

  constructor({ authority, secure, apiKey }: RequestOrigin) {
    this.#common = {
      ":method": "POST",
      ":scheme": secure ? "https" : "http",
      ":authority": authority,
      "content-type": "application/grpc",
      te: "trailers",
      "user-agent": "grpc-node-http2",
      ...(apiKey !== undefined && { "x-api-key": apiKey }),
    };
  }

  /** @param timeoutMs undefined for no limit */
  of(path: string, timeoutMs: number | undefined): OutgoingHttpHeaders {
    const timeout = timeoutMs === undefined ? "" : `${Math.ceil(timeoutMs)}m`;
    const name = path + timeout;
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const headers = { ...this.#common, ":path": path, ...(timeout !== "" && { "grpc-timeout": timeout }) };
    // Ends are given what is left of their time, which is another number each.
    if (this.#kept.size === MOST_KEPT) this.#kept.clear();
    this.#kept.set(name, headers);
    return headers;
  }
}
