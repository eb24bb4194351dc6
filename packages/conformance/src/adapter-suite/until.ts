import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 5000;
const PAUSE_MS = 2;

/** Waits for what another end of a socket does: asks again and again, and fails with `what` after five seconds. */
export async function until<T>(read: () => T | undefined | false, what: string): Promise<T> {
  const giveUpMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > giveUpMs) throw new Error(`waited in vain: ${what}`);
    await sleep(PAUSE_MS);
  }
}
