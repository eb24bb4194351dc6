import type { Gate } from "./gate.ts";
import type { RouteOverrides } from "./options.ts";

const KEY = Symbol.for("aperture-flow.route-gates");

/** What all copies of the kit in a process know together. */
interface Known {
  /** Whether any route has gates of its own. */
  exist: boolean;
}

/** The gates of one route: one for each installed gate it is reached through, made when the first request comes. */
export class RouteGates<Req, Reply> {
  /** One object for the whole process, to be kept: to look for a global is 2 % of an admission. */
  static known(): Readonly<Known> {
    return known();
  }

  readonly #controlPoint: string;
  readonly #overrides: RouteOverrides<Req, Reply>;
  readonly #gates = new WeakMap<Gate<Req, Reply>, Gate<Req, Reply>>();

  constructor(controlPoint: string, overrides: RouteOverrides<Req, Reply> = {}) {
    known().exist = true;
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

function known(): Known {
  const shared = globalThis as { [KEY]?: Known };
  if (shared[KEY] === undefined) Object.defineProperty(shared, KEY, { value: { exist: false }, configurable: true });
  return shared[KEY] as Known;
}
