export type { AgentOptions, TlsOptions } from "../agent-options.ts";
export type { ConnectionState } from "../connection-state.ts";
export { type ConnectAgentOptions, connectAgent } from "./connect-agent.ts";
export type { ExportCounts } from "./flow-export.ts";
export { GrpcControl } from "./grpc-control.ts";
export { type FlowControlInterceptorOptions, flowControlInterceptor } from "./server-interceptor.ts";
export { addFlowControlServices, type FlowControlServiceOptions } from "./service.ts";
