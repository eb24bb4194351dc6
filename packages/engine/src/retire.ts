import type { Snapshot } from "./snapshot.ts";

/** Lets go whoever waits in a limiter that the next snapshot, if there is one, has not taken over. */
export function retireLimiters(snapshot: Snapshot, next?: Snapshot): void {
  for (const { name: policy, hash: policyHash, components } of snapshot.policies) {
    for (const { component } of components) {
      const ref = { policy, policyHash, component };
      const limiter = snapshot.limiter(ref);
      if (limiter !== next?.limiter(ref)) limiter?.retire?.();
    }
  }
}
