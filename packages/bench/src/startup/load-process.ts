// Whoever serves HTTP has loaded these anyway.
import "node:http";
import "node:net";
import { answer } from "../own-process.ts";
import { LOADS } from "./loads.ts";

/** Loads what its name stands for, and returns the milliseconds that it took. */
answer(async (name: string): Promise<number> => {
  const beganMs = performance.now();
  await LOADS[name]?.();
  return performance.now() - beganMs;
});
