import type { ChannelCredentials, ChannelOptions } from "@grpc/grpc-js";
import { type AgentPlace, placeOf } from "./agent-target.ts";
import type { Complaints } from "./complaints.ts";
import { ApertureError } from "./contract/errors.ts";
import { configuresGrpcTls, hasProxyFor } from "./environment.ts";

/** How to reach a remote agent. */
export interface AgentOptions {
  /** `host:port`, `https://host[:port]`, or a gRPC target: `dns:`, `ipv4:`, `ipv6:`, `unix:`. */
  readonly address: string;
  /** Sent as `x-api-key` with every call, never logged. */
  readonly apiKey?: string | undefined;
  /** True for a connection without TLS; false by default. */
  readonly insecure?: boolean | undefined;
  /** Certificates for TLS; those of the system by default. */
  readonly tls?: TlsOptions | undefined;
  /** Instead of `insecure` and `tls`: credentials made with `@grpc/grpc-js`. */
  readonly channelCredentials?: ChannelCredentials | undefined;
  /** Options of the gRPC channel; they win over those that this package sets. */
  readonly channelOptions?: ChannelOptions | undefined;
  /** Checks that may wait for an answer at one time, 1000 by default; more are not asked, with the reason "saturated". */
  readonly mostOutstanding?: number | undefined;
  /**
   * What carries the calls: `"grpc-js"`, the default, or `"http2"`, which is Node's own HTTP/2 and takes less CPU.
   * What only grpc-js can do (`channelCredentials`, `channelOptions`, several addresses, a proxy) is left to it, with a
   * warning.
   */
  readonly transport?: "grpc-js" | "http2" | undefined;
  /** False sends no flow telemetry to the agent; its load policies and latency meters then see nothing of this process. */
  readonly telemetry?: boolean | undefined;
}

/** Contents of PEM files. */
export interface TlsOptions {
  readonly rootCerts?: Uint8Array | undefined;
  /** With `certChain`, for an agent that asks clients for a certificate. */
  readonly privateKey?: Uint8Array | undefined;
  readonly certChain?: Uint8Array | undefined;
  /** The name in the agent's certificate, where it is not the address. */
  readonly serverName?: string | undefined;
}

/** The options of {@link AgentOptions}, complete and checked. No gRPC is loaded for that. */
export interface AgentSettings {
  /** As gRPC takes it. */
  readonly target: string;
  /** The agent is on this machine. */
  readonly local: boolean;
  readonly apiKey: string | undefined;
  readonly security: Security;
  readonly channelOptions: ChannelOptions;
  readonly mostOutstanding: number;
  readonly telemetry: boolean;
  /** Where to connect over Node's own HTTP/2; undefined for grpc-js. */
  readonly http2: AgentPlace | undefined;
}

export type Security =
  | { readonly kind: "insecure" }
  | { readonly kind: "tls"; readonly tls: TlsOptions }
  | { readonly kind: "credentials"; readonly credentials: ChannelCredentials };

const MOST_OUTSTANDING = 1000;

/** Agents of the reference close connections that are pinged more often than this. */
const SHORTEST_KEEPALIVE_MS = 300_000;

/** @throws ApertureError APERTURE_OPTION_INVALID with what to write instead. */
export function agentSettings(options: AgentOptions, complaints: Complaints): AgentSettings {
  const { apiKey, channelOptions = {}, mostOutstanding = MOST_OUTSTANDING, telemetry = true } = options;
  if (!Number.isInteger(mostOutstanding) || mostOutstanding < 1) {
    throw invalid(`mostOutstanding must be a whole number from 1 up, got ${JSON.stringify(mostOutstanding)}`);
  }
  const { target, secure } = targetOf(options.address);
  const security = securityOf(options, secure);
  const local = isLocal(target);
  const reached: Reached = { target, local, security, channelOptions };
  const settings: AgentSettings = {
    ...reached,
    apiKey: apiKeyOf(apiKey),
    mostOutstanding,
    telemetry,
    http2: wantsHttp2(options) ? http2PlaceOf(reached, complaints) : undefined,
  };
  for (const warning of warningsOf(settings)) complaints.say(warning, () => warning);
  return settings;
}

function targetOf(address: unknown): { readonly target: string; readonly secure: boolean } {
  if (typeof address !== "string" || !/^[\x21-\x7e]+$/.test(address) || address.startsWith(":")) {
    throw invalid(`address must be a text such as "localhost:8089", got ${JSON.stringify(address)}`);
  }
  if (address.startsWith("http://")) {
    throw invalid('address "http://..." is no gRPC target; write "host:port", with insecure: true for no TLS');
  }
  if (!address.startsWith("https://")) return { target: address, secure: false };
  const { hostname, port, pathname } = urlOf(address);
  if (pathname !== "/") throw invalid(`address "${address}" must end after the port`);
  return { target: `${hostname}:${port || 443}`, secure: true };
}

function urlOf(address: string): URL {
  if (!URL.canParse(address)) throw invalid(`address "${address}" is no URL`);
  return new URL(address);
}

function apiKeyOf(apiKey: unknown): string | undefined {
  if (apiKey === undefined) return undefined;
  // The key itself is left out of the message, which may end in a log.
  if (typeof apiKey !== "string" || !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw invalid("apiKey must be a text of visible ASCII characters; is there a line break at its end?");
  }
  return apiKey;
}

function securityOf(options: AgentOptions, secure: boolean): Security {
  const { insecure, tls, channelCredentials } = options;
  if (insecure !== undefined && typeof insecure !== "boolean") {
    throw invalid(`insecure must be true or false, got ${JSON.stringify(insecure)}`);
  }
  const chosen = [insecure && "insecure", tls && "tls", channelCredentials && "channelCredentials"].filter(Boolean);
  if (chosen.length > 1) throw invalid(`give only one of ${chosen.join(" and ")}`);
  if (insecure && secure) throw invalid("insecure: true contradicts the https:// of the address");
  if ((tls?.privateKey === undefined) !== (tls?.certChain === undefined)) {
    throw invalid("tls.privateKey and tls.certChain belong together");
  }
  if (insecure) return { kind: "insecure" };
  if (channelCredentials !== undefined) return { kind: "credentials", credentials: channelCredentials };
  return { kind: "tls", tls: tls ?? {} };
}

function wantsHttp2({ transport = "grpc-js" }: AgentOptions): boolean {
  if (transport !== "grpc-js" && transport !== "http2") {
    throw invalid(`transport must be "grpc-js" or "http2", got ${JSON.stringify(transport)}`);
  }
  return transport === "http2";
}

type Reached = Pick<AgentSettings, "target" | "local" | "security" | "channelOptions">;

/** Undefined for what grpc-js alone can do, which is said. */
function http2PlaceOf(reached: Reached, complaints: Complaints): AgentPlace | undefined {
  const place = placeOf(reached.target);
  const hindrance = place === undefined ? "the target" : hindranceOf(reached, place);
  if (hindrance === undefined) return place;
  complaints.say("transport", () => `transport: "http2" cannot do ${hindrance}; grpc-js is used instead`);
  return undefined;
}

function hindranceOf({ local, security, channelOptions }: Reached, place: AgentPlace): string | undefined {
  if (security.kind === "credentials") return "channelCredentials";
  if (Object.keys(channelOptions).length > 0) return "channelOptions";
  if (security.kind === "tls" && configuresGrpcTls(security.tls.rootCerts !== undefined)) {
    return "the TLS of gRPC's environment variables";
  }
  if (place.kind === "tcp" && !local && hasProxyFor(place.host)) return "the proxy of the environment";
  return undefined;
}

function isLocal(target: string): boolean {
  return /^(unix(-abstract)?:|((dns|ipv4|ipv6):(\/\/\/?)?)?(localhost|127(\.\d+){3}|\[?::1\]?)(:\d+)?$)/.test(target);
}

function warningsOf({ local, apiKey, security, channelOptions }: AgentSettings): string[] {
  const warnings: string[] = [];
  if (security.kind === "insecure" && !local) {
    const what = apiKey === undefined ? "labels are" : "the API key and labels are";
    warnings.push(`insecure: true, but the agent is on another machine: ${what} readable on the way`);
  }
  const keepaliveMs = channelOptions["grpc.keepalive_time_ms"];
  if (keepaliveMs !== undefined && keepaliveMs < SHORTEST_KEEPALIVE_MS) {
    warnings.push(
      `grpc.keepalive_time_ms below ${SHORTEST_KEEPALIVE_MS}: agents may answer "too_many_pings" and hang up`,
    );
  }
  return warnings;
}

function invalid(message: string): ApertureError {
  return new ApertureError("APERTURE_OPTION_INVALID", message);
}
