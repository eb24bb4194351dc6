import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const COLLECTIONS = 8;

/**
 * What the process holds once nothing more can be collected, in bytes. It is the least of several collections: one alone
 * spares what was made while it marked, and buffers are freed on a thread of their own.
 */
export async function heldBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  let least = Number.POSITIVE_INFINITY;
  for (let collections = 0; collections < COLLECTIONS; collections += 1) {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
    await setTimeout(20);
  }
  return least;
}
