import type { IncomingMessage } from "node:http";
import type { Flow } from "../flow.ts";

/** What the adapters remember of one request. Kept on Node's message under a registered symbol, for any copy of the kit. */
interface ExchangeState {
  /** The innermost adapter that the request went through; a route takes its client and labels from it. */
  gate: unknown;
  flow: Flow | undefined;
}

const STATE = Symbol.for("aperture-flow.exchange");

function stateOf(message: IncomingMessage): ExchangeState {
  const bearing = message as { [STATE]?: ExchangeState };
  bearing[STATE] ??= { gate: undefined, flow: undefined };
  return bearing[STATE];
}

/** Makes a gate the one that the routes of this request use. */
export function installGate(message: IncomingMessage, gate: unknown): void {
  stateOf(message).gate = gate;
}

/** The gate that was installed for this request. Each adapter installs and asks for its own kind only. */
export function gateOfMessage<G>(message: IncomingMessage): G | undefined {
  return stateOf(message).gate as G | undefined;
}

/** The innermost flow of a request, or undefined where none was started. */
export function flowOfMessage(message: IncomingMessage): Flow | undefined {
  return (message as { [STATE]?: ExchangeState })[STATE]?.flow;
}

export function setFlowOfMessage(message: IncomingMessage, flow: Flow): void {
  stateOf(message).flow = flow;
}
