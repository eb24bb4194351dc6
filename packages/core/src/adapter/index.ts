export type { AnswerHeaders } from "./answer-headers.ts";
export {
  type Exchange,
  type Exchanges,
  exchangesOnHeaders,
} from "./exchange.ts";
export { type Framework, Gate, type GateOptions } from "./gate.ts";
export type { RequestReader } from "./http-labels.ts";
export { notInstalled } from "./not-installed.ts";
export type { AdapterOptions, Mode, OnReject, RouteOverrides, SendBody } from "./options.ts";
export type { Problem, Rejection } from "./rejection.ts";
export { RouteGates } from "./route-gates.ts";
