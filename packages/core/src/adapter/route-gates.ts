import type { Gate } from "./gate.ts";
import type { RouteOverrides } from "./options.ts";

const EXIST = Symbol.for("aperture-flow.route-gates");

/** The gates of one route: one for each installed gate it is reached through, made when the first request comes. */
export class RouteGates<Req, Reply> {
  /** Whether any route of this process has gates of its own, whichever copy of the kit made them. */
  static get exist(): boolean {
    return EXIST in globalThis;
  }

  readonly #controlPoint: string;
  readonly #overrides: RouteOverrides<Req, Reply>;
  readonly #gates = new WeakMap<Gate<Req, Reply>, Gate<Req, Reply>>();

  constructor(controlPoint: string, overrides: RouteOverrides<Req, Reply> = {}) {
    Object.defineProperty(globalThis, EXIST, { value: true, configurable: true });
    this.#controlPoint = controlPoint;
    this.#overrides = overrides;
  }

  of(installed: Gate<Req, Reply>): Gate<Req, Reply> {
    let gate = this.#gates.get(installed);
    if (gate === undefined) {
      gate = installed.forRoute(this.#controlPoint, this.#overrides);
      this.#gates.set(installed, gate);
    }
    return gate;
  }
}
