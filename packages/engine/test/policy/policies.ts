import { MemoryBackend } from "../../src/backend/memory.ts";
import type { BuildContext } from "../../src/snapshot.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

/** A fixture by its name, such as `good/bare.yaml`. */
export function fixture(name: string): URL {
  return new URL(`../fixtures/policies/${name}`, import.meta.url);
}

export function buildContext(given: Partial<BuildContext> = {}): BuildContext {
  const clock = new FakeClock();
  const environment = { clock, backend: new MemoryBackend({ clock }), random: () => 0.5, observer: {} };
  return { environment, agentGroup: undefined, previous: undefined, ...given };
}

/** A policy of rate limiters, one for each list of selectors. */
export function limiterPolicy(name: string, ...selectors: readonly (readonly object[])[]) {
  const one = { constant_signal: { value: 1 } };
  const components = selectors.map((own) => ({
    flow_control: {
      rate_limiter: {
        in_ports: { bucket_capacity: one, fill_amount: one },
        parameters: { interval: "1s" },
        selectors: own,
      },
    },
  }));
  return {
    apiVersion: "fluxninja.com/v1alpha1",
    kind: "Policy",
    metadata: { name },
    spec: { circuit: { components } },
  };
}

/** What a failing load says; an error of the test where it does not fail. */
export async function failure(loading: Promise<unknown>): Promise<string> {
  const outcome = await loading.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) throw new Error("the policies were accepted");
  if (!(outcome instanceof Error) || !("code" in outcome) || outcome.code !== "APERTURE_POLICY_INVALID") throw outcome;
  return outcome.message;
}
