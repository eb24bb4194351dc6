import type { IncomingMessage } from "node:http";
import type { Flow } from "../flow.ts";

/** What the adapters remember of one request. */
export interface ExchangeState {
  /** The innermost adapter that the request went through; a route takes its client and labels from it. */
  gate: unknown;
  /** The innermost flow of the request; undefined where none was started. */
  flow: Flow | undefined;
}

/** Where the states of requests are kept. */
export interface ExchangeStates {
  of(message: IncomingMessage): ExchangeState | undefined;
  /** Makes a gate the one that the routes of this request use. Each adapter installs and asks for its own kind only. */
  install(message: IncomingMessage, gate: unknown): ExchangeState;
}

const KEY = Symbol.for("aperture-flow.exchange");

/** On Node's message itself, under a registered symbol: for any copy of the kit. */
export const STATES_ON_MESSAGES: ExchangeStates = statesIn({
  get: (message) => (message as { [KEY]?: ExchangeState })[KEY],
  set: (message, state) => {
    (message as { [KEY]?: ExchangeState })[KEY] = state;
  },
});

/**
 * Beside the messages, for a framework that has changed their prototype. Each such message has a shape of its own, in which
 * V8 finds nothing again: one more property costs 2 us, and a look-up here 0.5.
 */
export const STATES_BESIDE_MESSAGES: ExchangeStates = statesIn(sharedMap());

interface Store {
  get(message: IncomingMessage): ExchangeState | undefined;
  set(message: IncomingMessage, state: ExchangeState): unknown;
}

function statesIn(store: Store): ExchangeStates {
  return {
    of: (message) => store.get(message),
    install(message, gate) {
      const known = store.get(message);
      if (known === undefined) {
        const state = { gate, flow: undefined };
        store.set(message, state);
        return state;
      }
      known.gate = gate;
      return known;
    },
  };
}

/** One for all copies of the kit. */
function sharedMap(): WeakMap<IncomingMessage, ExchangeState> {
  const bearing = globalThis as { [KEY]?: WeakMap<IncomingMessage, ExchangeState> };
  bearing[KEY] ??= new WeakMap();
  return bearing[KEY];
}
