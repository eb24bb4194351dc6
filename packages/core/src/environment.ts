/** Takes what a client has to say to people. `console` and every common logging library fit. */
export interface Logger {
  warn(message: string): void;
}

export const defaultLogger: Logger = { warn: (message) => console.warn(`[aperture-flow] ${message}`) };

/** The variables that the reference's examples use. */
export interface AgentEnvironment {
  readonly address: string | undefined;
  readonly apiKey: string | undefined;
  /** True for `1`, `true`, `yes` and `on`; merely being set is not enough to turn encryption off. */
  readonly insecure: boolean;
}

export function readAgentEnvironment(environment: NodeJS.ProcessEnv = process.env): AgentEnvironment {
  return {
    address: environment["APERTURE_AGENT_ADDRESS"] || undefined,
    apiKey: environment["APERTURE_API_KEY"] || undefined,
    insecure: /^(1|true|yes|on)$/i.test(environment["APERTURE_AGENT_INSECURE"] ?? ""),
  };
}

/** Whether gRPC would go to this host through an HTTP proxy. In doubt it would: ranges of addresses are not looked into. */
export function hasProxyFor(host: string, environment: NodeJS.ProcessEnv = process.env): boolean {
  const proxy = environment["grpc_proxy"] || environment["https_proxy"] || environment["http_proxy"];
  if (!proxy) return false;
  const excepted = environment["no_grpc_proxy"] || environment["no_proxy"];
  return !excepted?.split(",").some((ending) => host.endsWith(ending));
}

/** Whether the environment sets ciphers, or root certificates where none are given, that only grpc-js reads. */
export function configuresGrpcTls(hasRoots: boolean, environment: NodeJS.ProcessEnv = process.env): boolean {
  const roots = hasRoots ? "" : environment["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"];
  return Boolean(roots || environment["GRPC_SSL_CIPHER_SUITES"]);
}
