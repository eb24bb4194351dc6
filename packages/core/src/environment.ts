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
