import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Complaints } from "../complaints.ts";
import { errorFrom } from "../contract/errors.ts";
import type { HttpAttributes, SocketAddress } from "../contract/http.ts";
import type { FlowHttp } from "../flow-params.ts";
import { plainAddress } from "./client-address.ts";
import { contentLength, hostOf, type RequestReader, targetQuery, textOf } from "./http-labels.ts";
import type { SendBody } from "./options.ts";

const MOST_BODY_BYTES = 8192;
const BODY_TYPES: readonly string[] = ["application/json", "application/x-www-form-urlencoded"];

/** What is sent of requests that are sent as a whole. */
export interface HttpSettings {
  /** Names of headers, in lower case, that are left out. */
  readonly redacted: ReadonlySet<string>;
}

interface WholeRequestOptions<Req> {
  readonly reader: RequestReader<Req>;
  readonly settings: HttpSettings;
  readonly body: SendBody<Req> | undefined;
  readonly complaints: Complaints;
}

/** A request as classifiers of a policy see it: all of it but credentials, and the body only where it is asked for. */
export function wholeRequest<Req>(
  request: Req,
  path: string,
  { reader, settings, body, complaints }: WholeRequestOptions<Req>,
): FlowHttp {
  const message = reader.message(request);
  const headers = sentHeaders(message, settings);
  const text = body && bodyOf(request, message, { ...body, complaints });
  // Agents take a body that is shorter than its announced length for cut off; what was parsed and written again may be.
  if (text !== undefined) headers["content-length"] = String(Buffer.byteLength(text));
  return {
    request: {
      method: message.method ?? "",
      path: path + targetQuery(reader.target(request)),
      host: hostOf(message) ?? "",
      scheme: reader.scheme(request),
      protocol: protocolOf(message),
      size: sizeOf(message),
      headers,
      body: text,
    },
    source: sourceOf(message, reader.clientAddress(request)),
    destination: addressOf(message.socket?.localAddress, message.socket?.localPort),
  };
}

function protocolOf({ httpVersion }: IncomingMessage): HttpAttributes["protocol"] {
  return httpVersion === "2.0" ? "HTTP/2" : `HTTP/${httpVersion}`;
}

function sizeOf(message: IncomingMessage): number {
  const size = Number(contentLength(message));
  return Number.isSafeInteger(size) ? size : -1;
}

function sentHeaders({ headers }: IncomingMessage, { redacted }: HttpSettings): Record<string, string> {
  // Without a prototype: names come from outside.
  const sent: Record<string, string> = Object.create(null);
  for (const name of Object.keys(headers)) {
    const value = textOf(headers[name]);
    if (value === undefined || name.startsWith(":") || redacted.has(name) || hasTwin(name, headers)) continue;
    sent[name] = value;
  }
  return sent;
}

/** `x_user_id` becomes the same label as `x-user-id`, and may come from somebody who cannot set that one. */
function hasTwin(name: string, headers: IncomingMessage["headers"]): boolean {
  return name.includes("_") && Object.hasOwn(headers, name.replaceAll("_", "-"));
}

interface BodyOptions<Req> extends SendBody<Req> {
  readonly complaints: Complaints;
}

/** Whatever goes wrong with it, the request is checked without. */
function bodyOf<Req>(request: Req, { headers }: IncomingMessage, options: BodyOptions<Req>): string | undefined {
  const { read, maxBytes = MOST_BODY_BYTES, types = BODY_TYPES, complaints } = options;
  const [type = ""] = (headers["content-type"] ?? "").split(";", 1);
  if (!types.includes(type.trim().toLowerCase())) return undefined;
  try {
    const text: unknown = read(request);
    return typeof text === "string" && Buffer.byteLength(text) <= maxBytes ? text : undefined;
  } catch (cause) {
    complaints.say("sendBody", () => `sendBody.read failed: ${errorFrom(cause).message}`);
    return undefined;
  }
}

/** The client, or whom a trusted proxy names as such; the port is then nobody's business. */
function sourceOf({ socket }: IncomingMessage, clientAddress: string | undefined): SocketAddress | undefined {
  const own = plainAddress(socket?.remoteAddress ?? "");
  const address = plainAddress(clientAddress ?? "") ?? own;
  return addressOf(address, address === own ? socket?.remotePort : undefined);
}

/** Undefined where it is not known, as on a Unix socket: an agent refuses a whole check for an empty address. */
function addressOf(address: string | undefined, port = 0): SocketAddress | undefined {
  const plain = plainAddress(address ?? "");
  return plain === undefined ? undefined : { address: plain, port };
}
