/** One place that a connection can be made to without the help of gRPC, and the name that is asked for there. */
export type AgentPlace =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly authority: string }
  | { readonly kind: "unix"; readonly path: string; readonly authority: string };

const DEFAULT_PORT = 443;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const IPV6 = /^[\da-f:.]*:[\da-f:.]*$/i;
const NAME = /^[\w-]+(\.[\w-]+)*\.?$/;

/** The one place that a gRPC target means; undefined where it means several, or takes a resolver that only gRPC has. */
export function placeOf(target: string): AgentPlace | undefined {
  const [, scheme, path = ""] = /^(dns|ipv4|ipv6|unix):(.*)$/.exec(target) ?? [target, "dns", target];
  if (scheme === "unix") return unixPlace(path.replace(/^\/\/(?=\/)/, ""));
  // What stands between the slashes would be a DNS server of its own.
  const address = path.replace(/^\/\/\//, "");
  const { host, port = DEFAULT_PORT } = hostAndPort(address) ?? {};
  if (host === undefined || port > 0xffff) return undefined;
  if (scheme === "ipv4" && !IPV4.test(host)) return undefined;
  if (scheme === "ipv6" && !IPV6.test(host)) return undefined;
  return { kind: "tcp", host, port, authority: address };
}

function unixPlace(path: string): AgentPlace | undefined {
  return path === "" || path.startsWith("//") ? undefined : { kind: "unix", path, authority: "localhost" };
}

/** True for texts that are addresses and not names. */
export function isIpAddress(host: string): boolean {
  return IPV4.test(host) || IPV6.test(host);
}

function hostAndPort(address: string): { readonly host: string; readonly port?: number } | undefined {
  if (IPV6.test(address) && address.split(":").length > 2) return { host: address };
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(address) ?? [];
  const host = bracketed ?? plain ?? "";
  if (!(bracketed === undefined ? NAME : IPV6).test(host)) return undefined;
  return port === undefined ? { host } : { host, port: Number(port) };
}
