import type { App } from "./apps.ts";

/** A caller with a habit: so many requests a second, spread over the applications. */
interface Tenant {
  readonly name: string;
  readonly requestsPerSecond: number;
}

/** Gold stays well below its limit of 20 a second; free wants three times the 2 a second that it is given. */
const TENANTS: readonly Tenant[] = [
  { name: "gold", requestsPerSecond: 12 },
  { name: "free", requestsPerSecond: 6 },
];

/** Lets the tenants call the applications until it is stopped. */
export function startTraffic(apps: readonly App[]): () => Promise<void> {
  const stop = new AbortController();
  const calls = new Set<Promise<void>>();
  const timers = TENANTS.map(({ name, requestsPerSecond }) => {
    return setInterval(() => {
      const url = apps[Math.floor(Math.random() * apps.length)]?.url ?? "";
      const call = request(url, name, stop.signal).finally(() => calls.delete(call));
      calls.add(call);
    }, 1000 / requestsPerSecond);
  });
  return async () => {
    for (const timer of timers) clearInterval(timer);
    stop.abort();
    await Promise.all(calls);
  };
}

async function request(url: string, tenant: string, signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(url, { headers: { "x-tenant": tenant }, signal });
    await response.arrayBuffer();
  } catch {
    // Stopped on the way: nobody waits for this answer any more.
  }
}
