import type { Labels } from "./check.ts";

/** One HTTP request as policies see it. Headers are lower case; repeated ones are joined with a comma. */
export interface HttpAttributes {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly host: string;
  readonly scheme: string;
  /** `HTTP/1.1`, `HTTP/2`. */
  readonly protocol: string;
  /** Bytes of the request body; -1 when unknown. */
  readonly size: number;
  readonly headers: Labels;
  readonly body?: string | undefined;
}

/** One end of a connection. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** A whole HTTP request for classifiers, with the labels that the application adds. */
export interface CheckHttpRequest {
  readonly controlPoint: string;
  readonly labels: Labels;
  readonly http: HttpAttributes;
  readonly source?: SocketAddress | undefined;
  readonly destination?: SocketAddress | undefined;
  /** Services that the flow belongs to, for selectors that name one; none by default. */
  readonly services?: readonly string[] | undefined;
  readonly rampMode: boolean;
  readonly expectEnd: boolean;
}

const FLAVORS: Readonly<Record<string, string>> = {
  "HTTP/1.0": "1.0",
  "HTTP/1.1": "1.1",
  "HTTP/2": "2.0",
  "HTTP/3": "3.0",
};

/** The `http.flavor` label of a protocol: `1.0`, `1.1`, `2.0`, `3.0`; any other text is kept. */
export function httpFlavor(protocol: string): string {
  return Object.hasOwn(FLAVORS, protocol) ? (FLAVORS[protocol] ?? protocol) : protocol;
}

/** The labels that an agent derives from a request: policies select and key flows by them. */
export function httpLabels(http: HttpAttributes): Record<string, string> {
  // Without a prototype: header names come from outside.
  const labels: Record<string, string> = Object.create(null);
  labels["http.method"] = http.method;
  labels["http.target"] = http.path;
  labels["http.host"] = http.host;
  labels["http.scheme"] = http.scheme;
  labels["http.request_content_length"] = String(http.size);
  labels["http.flavor"] = httpFlavor(http.protocol);
  for (const [name, value] of Object.entries(http.headers)) {
    // Pseudo-headers of HTTP/2 say what the labels above do.
    if (!name.startsWith(":")) labels[`http.request.header.${name.toLowerCase().replaceAll("-", "_")}`] = value;
  }
  return labels;
}
