import type { IncomingMessage } from "node:http";
import type { LabelValues } from "../labels.ts";

/** What only the framework knows of a request, because it depends on its routes and its trust in proxies. */
export interface RequestReader<Req> {
  /** The request as Node has it. */
  message(request: Req): IncomingMessage;
  /** Path and query as the client sent them, before any router changed them. */
  target(request: Req): string;
  scheme(request: Req): string;
  /** Whose request it is, by the framework's own trust-proxy setting. */
  clientAddress(request: Req): string | undefined;
  /** The pattern that the route was declared with, such as `/users/:id`; undefined where it is not known yet. */
  route(request: Req): string | undefined;
}

/** What the labels of one request are made of, beside the request as Node has it. */
export interface HttpLabelParts {
  readonly path: string;
  readonly scheme: string;
  readonly route: string | undefined;
  readonly clientAddress: string | undefined;
}

/** A label, and where its value comes from. */
export interface HttpLabel {
  readonly name: string;
  readonly of: (message: IncomingMessage, parts: HttpLabelParts) => string | undefined;
}

/** Two that Aperture's agent does not know. */
export const PLACE_LABELS: readonly HttpLabel[] = [
  { name: "http.route", of: (_message, { route }) => route },
  { name: "client.address", of: (_message, { clientAddress }) => clientAddress },
];

/** The labels that an Aperture agent derives from a request, and those two. */
export const HTTP_LABELS: readonly HttpLabel[] = [
  { name: "http.method", of: ({ method }) => method },
  { name: "http.target", of: (_message, { path }) => path },
  { name: "http.host", of: hostOf },
  { name: "http.scheme", of: (_message, { scheme }) => scheme },
  { name: "http.flavor", of: ({ httpVersion }) => httpVersion },
  { name: "http.request_content_length", of: contentLength },
  ...PLACE_LABELS,
];

export function requestHttpLabels(
  message: IncomingMessage,
  parts: HttpLabelParts,
  wanted: readonly HttpLabel[] = HTTP_LABELS,
): LabelValues {
  const labels: Record<string, string | undefined> = {};
  for (const { name, of } of wanted) labels[name] = of(message, parts);
  return labels;
}

export function hostOf(message: IncomingMessage): string | undefined {
  return message.headers.host ?? textOf(message.headers[":authority"]);
}

const BODILESS: readonly (string | undefined)[] = ["GET", "HEAD", "DELETE", "OPTIONS"];

/** 0 for a request without a body, -1 for a body of unknown length. */
export function contentLength(message: IncomingMessage): string {
  const length = message.headers["content-length"];
  if (length !== undefined) return length;
  // HTTP/2 has no header that announces a body of unknown length; what the method is for must do.
  const mayHaveBody = message.httpVersionMajor >= 2 && !BODILESS.includes(message.method);
  return mayHaveBody || message.headers["transfer-encoding"] !== undefined ? "-1" : "0";
}

/** The path of a request target, which may also be a whole URL (RFC 9112, absolute form) or `*`. Without the query. */
export function targetPath(target: string): string {
  const end = target.search(/[?#]/);
  const path = end === -1 ? target : target.slice(0, end);
  if (path.startsWith("/") || path === "*") return path;
  const authority = path.indexOf("://");
  const slash = authority === -1 ? -1 : path.indexOf("/", authority + 3);
  return slash === -1 ? "/" : path.slice(slash);
}

/** With its `?`; empty where there is none. */
export function targetQuery(target: string): string {
  const fragment = target.indexOf("#");
  const whole = fragment === -1 ? target : target.slice(0, fragment);
  const start = whole.indexOf("?");
  return start === -1 ? "" : whole.slice(start);
}

/** A header that becomes a label. */
export interface HeaderLabel {
  readonly header: string;
  readonly label: string;
}

export function headerLabels(message: IncomingMessage, headers: readonly HeaderLabel[]): LabelValues {
  const labels: Record<string, string | undefined> = {};
  for (const { header, label } of headers) {
    // What every object inherits is no header.
    if (Object.hasOwn(message.headers, header)) labels[label] = textOf(message.headers[header]);
  }
  return labels;
}

export function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "object" ? value.join(",") : value;
}
