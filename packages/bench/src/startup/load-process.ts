// Whoever serves HTTP has loaded these anyway.
import "node:http";
import "node:net";
import { answer } from "../own-process.ts";
import { LOADS } from "./loads.ts";

/** Loads what its name stands for, and returns the milliseconds that it took. */
answer(async (name: string): Promise<number> => {
  const found = LOADS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`nothing to load is called ${name}`);
  for (const module of found.after) await import(module);
  const beganMs = performance.now();
  await found.load();
  return performance.now() - beganMs;
});
