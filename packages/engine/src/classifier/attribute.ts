import { type CheckHttpRequest, nearestName, type SocketAddress } from "@aperture-flow/core";

/** The part of a check that classifiers read. */
export type HttpFlow = Pick<CheckHttpRequest, "http" | "source" | "destination">;

/** Reads one attribute of a flow; undefined where the flow does not have it. */
export type Attribute = (flow: HttpFlow) => string | undefined;

const HEADERS = "request.http.headers.";
const BEARER = /^bearer +/i;

/**
 * What may be read, by the names of the policy language. Ports and addresses are named as a proxy names them in
 * Aperture, which is where policies with these paths come from.
 */
const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  "request.http.method": ({ http }) => http.method,
  "request.http.path": ({ http }) => http.path,
  "request.http.host": ({ http }) => http.host,
  "request.http.protocol": ({ http }) => http.protocol,
  "request.http.body": ({ http }) => http.body,
  "request.http.bearer": bearer,
  "source.address.socketAddress.address": ({ source }) => source?.address,
  "source.address.socketAddress.portValue": ({ source }) => source && String(source.port),
  "destination.address.socketAddress.address": ({ destination }) => destination?.address,
  "destination.address.socketAddress.portValue": ({ destination }) => destination && String(destination.port),
};

const ADDRESSES: Readonly<Record<string, Attribute>> = {
  "source.address": ({ source }) => source && addressText(source),
  "destination.address": ({ destination }) => destination && addressText(destination),
};

/** The attribute of a path such as `request.http.headers.user-agent`; what is wrong with any other goes to `complain`. */
export function attributeAt(path: string, complain: (text: string) => void): Attribute | undefined {
  const header = path.startsWith(HEADERS) ? path.slice(HEADERS.length).toLowerCase() : "";
  if (header !== "") return ({ http }) => headerOf(http.headers, header);
  if (Object.hasOwn(ATTRIBUTES, path)) return ATTRIBUTES[path];
  complain(unknownAttribute(path));
  return undefined;
}

/** `address:port` of the source or the destination, as one text. */
export function addressAt(path: string, complain: (text: string) => void): Attribute | undefined {
  if (Object.hasOwn(ADDRESSES, path)) return ADDRESSES[path];
  complain(`expected \`source.address\` or \`destination.address\`, got ${JSON.stringify(path)}`);
  return undefined;
}

function unknownAttribute(path: string): string {
  const names = [...Object.keys(ATTRIBUTES), `${HEADERS}<name>`];
  const inner = names.filter((name) => name.startsWith(`${path}.`)).map((name) => `\`${name}\``);
  if (inner.length > 0) return `\`${path}\` is not one value, but has ${inner.join(", ")}`;
  const nearest = nearestName(path, names) ?? names.find((name) => name.endsWith(`.${path}`));
  const known = nearest === undefined ? `there are ${names.join(", ")}` : `did you mean \`${nearest}\`?`;
  return `unknown attribute \`${path}\`; ${known}`;
}

/** Header names are lower case where they come from Node, but not from everywhere. */
export function headerOf(headers: HttpFlow["http"]["headers"], lowerName: string): string | undefined {
  if (Object.hasOwn(headers, lowerName)) return headers[lowerName];
  const name = Object.keys(headers).find((each) => each.toLowerCase() === lowerName);
  return name === undefined ? undefined : headers[name];
}

function bearer({ http }: HttpFlow): string | undefined {
  const credentials = headerOf(http.headers, "authorization");
  return credentials !== undefined && BEARER.test(credentials) ? credentials.replace(BEARER, "") : undefined;
}

function addressText({ address, port }: SocketAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
