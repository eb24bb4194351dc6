import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, checkServerIdentity, createSecureContext, connect as secureConnect } from "node:tls";
import type { TlsOptions } from "../../agent-options.ts";
import { type AgentPlace, isIpAddress } from "../../agent-target.ts";

/** Begins to connect, and calls back when the connection stands; what goes wrong is an event of the socket. */
export type Dial = (connected: () => void) => Socket;

/** @throws Error for certificates that cannot be read */
export function dialTo(place: AgentPlace, tls: TlsOptions | undefined): Dial {
  const where = place.kind === "unix" ? { path: place.path } : { host: place.host, port: place.port, noDelay: true };
  if (tls === undefined) return (connected) => connect(where, connected);
  const options: ConnectionOptions = { ...where, ...secureOptions(place, tls) };
  return (connected) => secureConnect(options, connected);
}

function secureOptions(place: AgentPlace, tls: TlsOptions): ConnectionOptions {
  const { rootCerts, privateKey, certChain } = tls;
  const name = tls.serverName ?? (place.kind === "unix" ? place.authority : place.host);
  return {
    secureContext: createSecureContext({ ca: pem(rootCerts), key: pem(privateKey), cert: pem(certChain) }),
    ALPNProtocols: ["h2"],
    // TLS has names here and no addresses; the certificate is compared with either.
    servername: isIpAddress(name) ? "" : name,
    checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
  };
}

function pem(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes && Buffer.from(bytes);
}

/** Why a connection could not be made or was lost. Of a name with several addresses, what was wrong with each. */
export function faultOf(error: Error): string {
  const errors: unknown = "errors" in error ? error.errors : undefined;
  if (!Array.isArray(errors)) return error.message;
  return errors.map((each: unknown) => (each instanceof Error ? each.message : String(each))).join("; ");
}
