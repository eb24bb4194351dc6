import type { OutgoingHttpHeaders } from "node:http2";

/** What distinguishes calls to one agent from those to another. */
export interface RequestOrigin {
  readonly authority: string;
  readonly secure: boolean;
  readonly apiKey: string | undefined;
}

interface KeptHeaders {
  readonly timeoutMs: number | undefined;
  readonly headers: OutgoingHttpHeaders;
}

/** The headers of calls. Most calls of a method have as much time as the one before, and then share them. */
export class RequestHeaders {
  readonly #common: OutgoingHttpHeaders;
  readonly #kept = new Map<string, KeptHeaders>();

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
    const kept = this.#kept.get(path);
    if (kept !== undefined && kept.timeoutMs === timeoutMs) return kept.headers;
    const headers: OutgoingHttpHeaders = { ...this.#common, ":path": path };
    if (timeoutMs !== undefined) headers["grpc-timeout"] = `${Math.ceil(timeoutMs)}m`;
    this.#kept.set(path, { timeoutMs, headers });
    return headers;
  }
}
