const COLLECTIONS = 8;

/**
 * What the process holds once nothing more can be collected, in bytes. It is the least of several collections: one alone
 * spares what was made while it marked, and buffers are freed on a thread of their own.
 */
export async function heldBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let collections = 0; collections < COLLECTIONS; collections += 1) {
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return least;
}
