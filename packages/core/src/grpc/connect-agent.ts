import { type AgentOptions, agentSettings } from "../agent-options.ts";
import { Complaints } from "../complaints.ts";
import { defaultLogger, type Logger } from "../environment.ts";
import { GrpcControl } from "./grpc-control.ts";

/** Which agent to connect to, and how. */
export interface ConnectAgentOptions extends AgentOptions {
  /** Takes warnings, each at most once a minute. `console` by default. */
  readonly logger?: Logger | undefined;
}

/**
 * A remote agent as a `FlowControl`, for code that passes controls around. `new ApertureClient({ address })` does the same
 * for itself. Unlike there, a call without a `timeoutMs` waits without a limit.
 *
 * @throws ApertureError APERTURE_OPTION_INVALID for options that cannot be used.
 */
export function connectAgent(options: ConnectAgentOptions): GrpcControl {
  const complaints = new Complaints(options.logger ?? defaultLogger);
  return new GrpcControl(agentSettings(options, complaints), complaints);
}
