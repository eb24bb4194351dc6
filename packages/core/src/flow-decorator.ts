import type { FlowParams } from "./flow-params.ts";
import type { FlowStarter } from "./flow-starter.ts";

type AsyncMethod<This, Args extends unknown[], Result> = (this: This, ...args: Args) => Promise<Result>;

/**
 * Runs a method of a class as a flow, with standard TypeScript decorators. Where the flow may not run, the call rejects
 * with APERTURE_FLOW_REJECTED; what the method throws ends the flow with the status Error.
 *
 * `client` may be a function of the instance, for classes that are given their client.
 *
 * @example
 * class Checkout {
 *   @flow(client, "checkout")
 *   async pay(order: Order) { ... }
 * }
 */
export function flow<This>(
  client: FlowStarter | ((self: This) => FlowStarter),
  controlPoint: string,
  params: FlowParams | ((self: This) => FlowParams) = {},
) {
  return <Args extends unknown[], Result>(
    method: AsyncMethod<This, Args, Result>,
    _context: ClassMethodDecoratorContext<This, AsyncMethod<This, Args, Result>>,
  ): AsyncMethod<This, Args, Result> =>
    async function (...args) {
      const starter = typeof client === "function" ? client(this) : client;
      const given = typeof params === "function" ? params(this) : params;
      return starter.run(controlPoint, given, () => method.apply(this, args));
    };
}
