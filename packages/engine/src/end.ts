import type { Awaitable, EndRequest, EndResponse, Lease, LeaseReturn } from "@aperture-flow/core";
import type { LeasingLimiter, Limiter } from "./limiter/limiter.ts";
import type { EngineObserver } from "./observer.ts";
import type { Snapshot } from "./snapshot.ts";

/** Gives leases back to the limiters that lent them. Never fails: what became of each lease is in the answer. */
export function endFlow(request: EndRequest, snapshot: Snapshot, observer: EngineObserver): Awaitable<EndResponse> {
  const returns = request.leases.map((lease) => giveBack(lease, snapshot, observer));
  if (!returns.some((entry) => entry instanceof Promise)) return { returns: returns as LeaseReturn[] };
  return Promise.all(returns).then((settled) => ({ returns: settled }));
}

function giveBack(lease: Lease, snapshot: Snapshot, observer: EngineObserver): Awaitable<LeaseReturn> {
  const limiter = snapshot.limiter(lease.ref);
  if (limiter === undefined || !isLeasing(limiter)) {
    return { lease, returned: false, error: "no limiter of the current policies lent this" };
  }
  if (lease.id === "") return { lease, returned: false, error: "a lease needs an id" };
  const done = (returned: boolean): LeaseReturn => {
    observer.release?.(lease, returned);
    return { lease, returned };
  };
  const failed = (error: unknown): LeaseReturn => {
    observer.backendError?.(lease.ref, error);
    return { lease, returned: false, error: error instanceof Error ? error.message : String(error) };
  };
  try {
    const returned = limiter.release(lease);
    return returned instanceof Promise ? returned.then(done, failed) : done(returned);
  } catch (error) {
    return failed(error);
  }
}

function isLeasing(limiter: Limiter): limiter is LeasingLimiter {
  return "release" in limiter;
}
