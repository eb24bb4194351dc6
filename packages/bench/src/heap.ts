/** Bytes of live objects and of typed arrays. Needs `--expose-gc`. */
export function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error("start this process with --expose-gc");
  // Memory of typed arrays that the first collection finds to be free is given back by the second.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
